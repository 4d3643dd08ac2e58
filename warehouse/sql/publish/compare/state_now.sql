-- The fingerprints of everything that is published, as the working file has it now.
CREATE OR REPLACE TEMP VIEW article_now AS
SELECT a.article_id, a.rowid AS row_place, hash(a.version, a.last_changed_at, a.content_hash, a.run_id) AS content,
       hash(s.story_id, s.role, s.score, s.joined_at, c.copy_group_id) AS place
FROM articles a
LEFT JOIN story_articles s ON s.article_id = a.article_id
LEFT JOIN copy_members c ON c.article_id = a.article_id;
CREATE OR REPLACE TEMP VIEW story_now AS SELECT story_id, rowid AS row_place, hash(s) AS content FROM stories s;
-- The tables that only grow, with the run that wrote each row. Their rows are never changed in place, so that counting
-- the rows of runs already published is enough to see that none was removed.
CREATE OR REPLACE TEMP VIEW ledger_rows AS
SELECT 'links' AS name, run_id FROM links
UNION ALL
SELECT 'story_events', run_id FROM story_events
UNION ALL
SELECT 'documents', run_id FROM documents
