-- All versions of each article that came in with something new, old and new ones, in the order of their own dates. The
-- order never asks which arrived first, so any order of arrival ends in the same current version.
CREATE OR REPLACE TEMP TABLE ranked AS
WITH accepted AS (
    SELECT c.*, k.place IS NOT NULL AS is_replacement
    FROM chosen c LEFT JOIN known k USING (article_id, content_hash)
    WHERE k.place IS NULL OR c.dated_at > k.dated_at OR (k.dated_at IS NULL AND c.dated_at IS NOT NULL)
), versions AS (
    SELECT article_id, content_hash, dated_at, word_count, row, NULL::BIGINT AS place, NULL::BOOLEAN AS was_current,
           NULL::TIMESTAMP AS first_seen_at, NULL::INTEGER AS old_version, false AS is_replaced
    FROM accepted
    UNION ALL
    SELECT k.article_id, k.content_hash, k.dated_at, k.word_count, NULL, k.place, k.was_current, k.first_seen_at, k.version,
           a.row IS NOT NULL
    FROM known k LEFT JOIN accepted a USING (article_id, content_hash)
    WHERE k.article_id IN (SELECT article_id FROM accepted)
)
SELECT *,
       row_number() OVER upwards - count(*) FILTER (is_replaced) OVER article AS version,  -- replaced ones come first
       NOT is_replaced AND row_number() OVER upwards = count(*) OVER article AS is_current,
       min(first_seen_at) OVER article AS article_seen_at,
       bool_or(place IS NOT NULL) OVER article AS was_known
FROM versions
WINDOW article AS (PARTITION BY article_id),
       upwards AS (PARTITION BY article_id
                   ORDER BY is_replaced DESC, dated_at NULLS FIRST, word_count, content_hash)
