-- The fingerprints of everything that is published, as the working file has it now.
CREATE OR REPLACE TEMP TABLE hidden_articles AS
SELECT article_id, withdrawn_at IS NULL AS is_embargoed FROM articles
WHERE is_held OR withdrawn_at IS NOT NULL OR embargoed_until > $now;
CREATE OR REPLACE TEMP VIEW article_now AS
SELECT a.article_id, a.rowid AS row_place,
       hash(a.version, a.last_changed_at, a.content_hash, a.run_id, a.withdrawn_at, a.embargoed_until, a.captured_at,
            h.article_id IS NULL) AS content,
       hash(s.story_id, s.role, s.score, s.decided_by, s.via_article_id, s.margin, s.joined_at, s.publisher_family, s.source_id,
            c.copy_group_id, c.is_representative) AS place
FROM articles a
LEFT JOIN hidden_articles h ON h.article_id = a.article_id
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
