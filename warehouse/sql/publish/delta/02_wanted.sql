CREATE OR REPLACE TEMP VIEW wanted_articles AS
FROM articles WHERE rowid IN (SELECT row_place FROM changed_articles WHERE is_new OR is_rewritten);
CREATE OR REPLACE TEMP VIEW wanted_stories AS FROM stories WHERE rowid IN (SELECT row_place FROM changed_stories);
CREATE OR REPLACE TEMP VIEW wanted_versions AS
FROM article_versions WHERE article_id IN (SELECT article_id FROM changed_articles WHERE is_new OR is_rewritten);
CREATE OR REPLACE TEMP VIEW wanted_memberships AS
FROM story_articles WHERE article_id IN (SELECT article_id FROM changed_articles);
CREATE OR REPLACE TEMP VIEW wanted_groups AS
FROM copy_members WHERE article_id IN (SELECT article_id FROM changed_articles);
CREATE OR REPLACE TEMP VIEW wanted_links AS FROM links WHERE run_id IN (FROM open_runs);
-- The stories of their ends, so that those of all articles are not read into a join.
CREATE OR REPLACE TEMP TABLE linked_memberships AS
WITH ends AS MATERIALIZED (SELECT article_a, article_b FROM wanted_links)
SELECT article_id, story_id FROM story_articles
WHERE article_id IN (SELECT article_a FROM ends UNION SELECT article_b FROM ends);
CREATE OR REPLACE TEMP VIEW link_stories AS FROM linked_memberships;
CREATE OR REPLACE TEMP VIEW wanted_events AS FROM story_events WHERE run_id IN (FROM open_runs);
CREATE OR REPLACE TEMP TABLE document_places AS
SELECT document_id, max_by(rowid, (seen_at, run_id, rowid)) AS place, bool_or(run_id NOT IN (FROM open_runs)) AS is_known
FROM documents
WHERE document_id IN (SELECT document_id FROM documents WHERE run_id IN (FROM open_runs)) GROUP BY document_id;
CREATE OR REPLACE TEMP TABLE new_documents AS FROM documents WHERE rowid IN (SELECT place FROM document_places);
CREATE OR REPLACE TEMP VIEW wanted_documents AS
FROM new_documents d
WHERE NOT (disposition = 'deferred' AND EXISTS (
    SELECT 1 FROM files f WHERE f.source_ref = d.source_ref AND f.seen_at >= d.seen_at));
CREATE OR REPLACE TEMP VIEW unsearchable AS
SELECT format('{:016x}', article_id) AS article_id FROM changed_articles WHERE NOT is_new AND (is_gone OR is_rewritten);
CREATE OR REPLACE TEMP VIEW wanted_relations AS
FROM story_relations WHERE rowid IN (SELECT row_place FROM changed_relations);
-- Articles written from now on are not in the index of search yet.
CREATE OR REPLACE TEMP TABLE indexed_until AS SELECT coalesce(max(rowid), -1) AS place FROM pub.articles
