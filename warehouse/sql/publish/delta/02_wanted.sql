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
SELECT format('{:016x}', article_id) AS article_id FROM changed_articles WHERE is_gone OR is_rewritten;
-- Pairs of stories that were published otherwise or not at all; 03 deletes those that are no more.
CREATE OR REPLACE TEMP TABLE relations_now AS
SELECT r.rowid AS row_place, hash(r.story_a, r.story_b, r.relation, CAST(r.score AS FLOAT), r.article_a, r.article_b) AS content
FROM story_relations r
WHERE r.story_a IN (SELECT story_id FROM stories) AND r.story_b IN (SELECT story_id FROM stories);
CREATE OR REPLACE TEMP TABLE relations_published AS
SELECT rowid AS published_place, hash(('0x' || story_a)::UBIGINT, ('0x' || story_b)::UBIGINT, relation, score,
                                      ('0x' || article_a)::UBIGINT, ('0x' || article_b)::UBIGINT) AS content
FROM pub.story_relations;
CREATE OR REPLACE TEMP VIEW wanted_relations AS
FROM story_relations WHERE rowid IN (SELECT row_place FROM relations_now ANTI JOIN relations_published USING (content));
-- Articles written from now on are not in the index of search yet.
CREATE OR REPLACE TEMP TABLE indexed_until AS SELECT coalesce(max(rowid), -1) AS place FROM pub.articles
