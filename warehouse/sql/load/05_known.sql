-- Versions stored already of the articles that came in; `place` is their row id, to fetch wide columns only where needed.
CREATE OR REPLACE TEMP TABLE known AS
SELECT article_id, content_hash, document_id, regexp_replace(source_ref, '#\d+$', '') AS unit,
       coalesce(updated_at, published_at) AS dated_at, greatest(updated_at, captured_at, published_at) AS latest_at,
       updated_at, captured_at, revision, kind NOT IN ('stub', 'teaser', 'index') AND NOT is_paywalled AS is_full,
       coalesce(is_superseded, false) AS is_superseded, word_count, first_seen_at, version, true AS was_current, rowid AS place
FROM articles WHERE article_id IN (SELECT article_id FROM chosen UNION ALL SELECT article_id FROM merged_articles)
UNION ALL
SELECT article_id, content_hash, document_id, regexp_replace(source_ref, '#\d+$', ''),
       coalesce(updated_at, published_at), greatest(updated_at, captured_at, published_at),
       updated_at, captured_at, revision, kind NOT IN ('stub', 'teaser', 'index') AND NOT is_paywalled,
       coalesce(is_superseded, false), word_count, first_seen_at, version, false, rowid
FROM article_versions WHERE article_id IN (SELECT article_id FROM chosen UNION ALL SELECT article_id FROM merged_articles);
CREATE OR REPLACE TEMP TABLE held_before AS
SELECT article_id, withdrawn_at IS NOT NULL AS was_withdrawn FROM articles WHERE is_held
