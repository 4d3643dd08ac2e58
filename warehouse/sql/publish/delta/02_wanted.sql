CREATE OR REPLACE TEMP VIEW wanted_articles AS
FROM articles WHERE rowid IN (SELECT row_place FROM changed_articles WHERE is_new OR is_rewritten);
CREATE OR REPLACE TEMP VIEW wanted_stories AS FROM stories WHERE rowid IN (SELECT row_place FROM changed_stories);
CREATE OR REPLACE TEMP VIEW wanted_versions AS
FROM article_versions WHERE article_id IN (SELECT article_id FROM changed_articles WHERE is_new OR is_rewritten);
CREATE OR REPLACE TEMP VIEW wanted_memberships AS
FROM story_articles WHERE article_id IN (SELECT article_id FROM changed_articles);
CREATE OR REPLACE TEMP VIEW wanted_links AS FROM links WHERE run_id IN (FROM open_runs);
CREATE OR REPLACE TEMP VIEW wanted_events AS FROM story_events WHERE run_id IN (FROM open_runs);
CREATE OR REPLACE TEMP VIEW wanted_documents AS
WITH latest AS (
    SELECT max_by(rowid, (seen_at, run_id, rowid)) AS place FROM documents
    WHERE document_id IN (SELECT document_id FROM documents WHERE run_id IN (FROM open_runs)) GROUP BY document_id
)
FROM documents d
WHERE rowid IN (SELECT place FROM latest)
  AND NOT (disposition = 'deferred' AND EXISTS (
      SELECT 1 FROM files f WHERE f.source_ref = d.source_ref AND f.seen_at >= d.seen_at));
CREATE OR REPLACE TEMP VIEW unsearchable AS
SELECT format('{:016x}', article_id) AS article_id FROM changed_articles WHERE is_gone OR is_rewritten
