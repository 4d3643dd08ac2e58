-- All versions of each article that came in with something new, old and new ones, in the order in which they were states of
-- it: what is no longer in its file, what is no full text, the provider's count, the times stated, and where nothing orders
-- two, their length. The order never asks which arrived first, so any order of arrival ends in the same current version.
CREATE OR REPLACE TEMP TABLE ranked AS
WITH accepted AS (
    SELECT c.*, k.place IS NOT NULL AS is_replacement
    FROM chosen c LEFT JOIN known k USING (article_id, content_hash)
    WHERE k.place IS NULL OR k.is_superseded OR c.dated_at > k.dated_at OR (k.dated_at IS NULL AND c.dated_at IS NOT NULL)
       OR c.revision > coalesce(k.revision, -1) OR (c.is_full AND NOT k.is_full)
       OR (NOT k.was_current AND c.captured_at > coalesce(k.captured_at, TIMESTAMP '0001-01-01'))
), versions AS (
    SELECT article_id, content_hash, dated_at, latest_at, updated_at, revision, is_full, word_count, row,
           NULL::BIGINT AS place, NULL::BOOLEAN AS was_current, NULL::TIMESTAMP AS first_seen_at, NULL::INTEGER AS old_version,
           false AS is_replaced, false AS is_superseded, false AS was_superseded
    FROM accepted
    UNION ALL
    SELECT k.article_id, k.content_hash, k.dated_at, k.latest_at, k.updated_at, k.revision, k.is_full, k.word_count, NULL,
           k.place, k.was_current, k.first_seen_at, k.version,
           a.row IS NOT NULL OR k.document_id IN (SELECT document_id FROM accepted), -- or its document was read anew
           k.is_superseded OR (
               (k.article_id, k.unit) IN (SELECT (article_id, unit) FROM accepted)
               AND k.document_id NOT IN (SELECT document_id FROM incoming)),
           k.is_superseded
    FROM known k LEFT JOIN accepted a USING (article_id, content_hash)
    WHERE k.article_id IN (SELECT article_id FROM accepted UNION ALL SELECT article_id FROM merged_articles)
), keyed AS (
    -- counts and times of change decide alone only where every state has one
    SELECT *,
           CASE WHEN count(revision) FILTER (NOT is_replaced) OVER article = count(*) FILTER (NOT is_replaced) OVER article
                THEN revision END AS counted,
           CASE WHEN count(updated_at) FILTER (NOT is_replaced) OVER article = count(*) FILTER (NOT is_replaced) OVER article
                THEN updated_at END AS changed_at
    FROM versions
    WINDOW article AS (PARTITION BY article_id)
)
SELECT *,
       row_number() OVER upwards - count(*) FILTER (is_replaced) OVER article AS version,  -- replaced ones come first
       NOT is_replaced AND row_number() OVER upwards = count(*) OVER article AS is_current,
       min(first_seen_at) OVER article AS article_seen_at,
       bool_or(place IS NOT NULL) OVER article AS was_known
FROM keyed
WINDOW article AS (PARTITION BY article_id),
       upwards AS (PARTITION BY article_id
                   ORDER BY is_replaced DESC, is_superseded DESC, is_full, counted NULLS FIRST, changed_at NULLS FIRST,
                            latest_at NULLS FIRST, revision NULLS FIRST, word_count, content_hash)
