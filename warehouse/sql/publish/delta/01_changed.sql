-- What differs between the working file and the published one, by fingerprints; of articles, among the suspects.
CREATE OR REPLACE TEMP TABLE changed_articles AS
WITH contents AS (FROM article_contents WHERE row_place IN (SELECT a.rowid FROM articles a SEMI JOIN suspects USING (article_id))),
stories AS (FROM story_places WHERE row_place IN (SELECT a.rowid FROM story_articles a SEMI JOIN suspects USING (article_id))),
groups AS (FROM group_places WHERE row_place IN (SELECT m.rowid FROM copy_members m SEMI JOIN suspects USING (article_id))),
now AS (
    SELECT a.article_id, a.row_place, a.content, xor(coalesce(s.place, 0), coalesce(c.place, 0)) AS place
    FROM contents a LEFT JOIN stories s ON s.article_id = a.article_id LEFT JOIN groups c ON c.article_id = a.article_id
),
published AS (FROM pub._article_fingerprints SEMI JOIN suspects USING (article_id))
SELECT coalesce(n.article_id, o.article_id) AS article_id, n.row_place, o.article_id IS NULL AS is_new,
       n.article_id IS NULL AS is_gone, n.content IS DISTINCT FROM o.content AS is_rewritten, n.content, n.place
FROM now n FULL JOIN published o ON o.article_id = n.article_id
WHERE n.content IS DISTINCT FROM o.content OR n.place IS DISTINCT FROM o.place;
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
-- Where the published rows of changed articles lie: looked for once, by ids that are texts.
CREATE OR REPLACE TEMP TABLE published_places AS
SELECT w.article_id, p.rowid AS published_place, p.story_id, w.is_gone OR w.is_rewritten AS is_replaced
FROM pub.articles p JOIN changed_articles w ON p.article_id = format('{:016x}', w.article_id) WHERE NOT w.is_new;
-- Published articles of another story than before, or of none; those that are not shown may be.
CREATE OR REPLACE TEMP TABLE moved_articles AS
SELECT format('{:016x}', w.article_id) AS article_id
FROM changed_articles w
LEFT JOIN published_places p ON p.article_id = w.article_id
LEFT JOIN story_articles s ON s.article_id = w.article_id
WHERE NOT w.is_new AND (p.article_id IS NULL OR p.story_id IS DISTINCT FROM format('{:016x}', s.story_id));
-- Since when there can be links of articles that changed: no link is older than its articles.
CREATE OR REPLACE TEMP TABLE links_since AS
SELECT CASE WHEN bool_or(is_gone) THEN TIMESTAMP '0001-01-01' ELSE (
    SELECT min(first_seen_at) FROM articles WHERE rowid IN (SELECT row_place FROM changed_articles WHERE NOT is_new)
) END AS since
FROM changed_articles
