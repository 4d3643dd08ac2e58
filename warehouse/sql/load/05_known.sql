-- Versions stored already of the articles that came in; `place` is their row id, to fetch wide columns only where needed.
CREATE OR REPLACE TEMP TABLE known AS
SELECT article_id, content_hash, coalesce(updated_at, published_at) AS dated_at, word_count, first_seen_at,
       version, true AS was_current, rowid AS place
FROM articles WHERE article_id IN (SELECT article_id FROM chosen)
UNION ALL
SELECT article_id, content_hash, coalesce(updated_at, published_at), word_count, first_seen_at,
       version, false, rowid
FROM article_versions WHERE article_id IN (SELECT article_id FROM chosen)
