-- Rows of runs published before: all but those of open runs, which lie together.
CREATE OR REPLACE TEMP TABLE settled AS
SELECT s.name, s.row_count - coalesce(o.row_count, 0) AS row_count
FROM (
    SELECT 'links' AS name, (SELECT count(*) FROM links) AS row_count
    UNION ALL SELECT 'story_events', (SELECT count(*) FROM story_events)
    UNION ALL SELECT 'documents', (SELECT count(*) FROM documents)
) s
LEFT JOIN (SELECT name, count(*) AS row_count FROM ledger_rows SEMI JOIN open_runs USING (run_id) GROUP BY name) o ON o.name = s.name
WHERE s.row_count > coalesce(o.row_count, 0);
-- Since when there can be rows of articles that changed: no link and no membership is older than its articles.
CREATE OR REPLACE TEMP TABLE changed_since AS
SELECT CASE WHEN bool_or(is_gone) THEN TIMESTAMP '0001-01-01' ELSE (
    SELECT min(first_seen_at) FROM articles WHERE rowid IN (SELECT row_place FROM changed_articles WHERE NOT is_new)
) END AS since
FROM changed_articles;
-- Where the published rows of changed articles lie: looked for once, by ids that are texts.
CREATE OR REPLACE TEMP TABLE published_places AS
SELECT w.article_id, p.rowid AS published_place, p.story_id, w.is_gone OR w.is_rewritten AS is_replaced
FROM pub.articles p JOIN changed_articles w ON p.article_id = format('{:016x}', w.article_id)
WHERE NOT w.is_new AND p.first_seen_at >= (FROM changed_since);
-- Published articles of another story than before, or of none; those that are not shown may be.
CREATE OR REPLACE TEMP TABLE moved_articles AS
SELECT format('{:016x}', w.article_id) AS article_id
FROM changed_articles w
LEFT JOIN published_places p ON p.article_id = w.article_id
LEFT JOIN story_articles s ON s.article_id = w.article_id
WHERE NOT w.is_new AND (p.article_id IS NULL OR p.story_id IS DISTINCT FROM format('{:016x}', s.story_id))
