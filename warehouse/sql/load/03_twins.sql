-- Documents with nothing but their bytes to know them by, whose bytes are known from elsewhere.
CREATE OR REPLACE TEMP TABLE twins AS
WITH bare AS (
    SELECT row, source_ref, sha256, document_id, article_id,
           min_by({'source_ref': source_ref, 'article_id': article_id}, source_ref) OVER (PARTITION BY sha256) AS first_here
    FROM incoming
    WHERE is_bare AND NOT is_erased AND NOT is_notice
      AND document_id NOT IN (
          SELECT document_id FROM last_outcomes WHERE disposition IN ('loaded', 'new_version'))
), stored AS (
    SELECT sha256, min_by({'source_ref': source_ref, 'article_id': article_id}, (seen_at, source_ref)) AS first_stored
    FROM documents
    WHERE disposition IN ('loaded', 'new_version') AND sha256 IN (SELECT sha256 FROM bare)
    GROUP BY sha256
)
SELECT row,
       coalesce(first_stored.article_id, first_here.article_id) AS article_id,
       coalesce(first_stored.source_ref, first_here.source_ref) AS twin_ref
FROM bare LEFT JOIN stored USING (sha256)
WHERE first_stored.source_ref <> source_ref OR (first_stored IS NULL AND first_here.source_ref <> source_ref)
