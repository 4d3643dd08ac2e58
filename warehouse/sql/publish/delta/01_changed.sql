-- What differs between the working file and the published one, by fingerprints.
CREATE OR REPLACE TEMP TABLE changed_articles AS
SELECT coalesce(n.article_id, o.article_id) AS article_id, n.row_place, o.article_id IS NULL AS is_new,
       n.article_id IS NULL AS is_gone, n.content IS DISTINCT FROM o.content AS is_rewritten, n.content, n.place
FROM article_now n FULL JOIN pub._article_state o ON o.article_id = n.article_id
WHERE n.content IS DISTINCT FROM o.content OR n.place IS DISTINCT FROM o.place;
CREATE OR REPLACE TEMP TABLE changed_stories AS
SELECT coalesce(n.story_id, o.story_id) AS story_id, n.row_place, n.content
FROM story_now n FULL JOIN pub._story_state o ON o.story_id = n.story_id
WHERE n.content IS DISTINCT FROM o.content;
-- Runs that the published file does not know as over: what they wrote into tables that only grow is new.
CREATE OR REPLACE TEMP TABLE open_runs AS
SELECT run_id FROM runs WHERE run_id NOT IN (SELECT run_id FROM pub.runs WHERE status <> 'running');
CREATE OR REPLACE TEMP TABLE settled AS
SELECT name, count(*) AS row_count FROM ledger_rows
WHERE run_id NOT IN (FROM open_runs) GROUP BY name;
-- Published articles of another story than before, or of none; those that are not shown may be.
CREATE OR REPLACE TEMP TABLE moved_articles AS
SELECT format('{:016x}', w.article_id) AS article_id
FROM changed_articles w
LEFT JOIN pub.articles p ON p.article_id = format('{:016x}', w.article_id)
LEFT JOIN story_articles s ON s.article_id = w.article_id
WHERE NOT w.is_new AND (p.article_id IS NULL OR p.story_id IS DISTINCT FROM format('{:016x}', s.story_id))
