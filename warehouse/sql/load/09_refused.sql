-- What becomes of every document that was refused before it came here.
CREATE OR REPLACE TEMP TABLE refused AS
SELECT b.*,
       CASE WHEN is_repeated AND b.disposition <> 'deferred' THEN 'unchanged' ELSE b.disposition END AS outcome,
       NOT is_repeated AS is_recorded
FROM (
    SELECT r.*,
           coalesce(l.disposition = r.disposition AND l.reason IS NOT DISTINCT FROM r.reason, false)
               OR row_number() OVER (PARTITION BY document_id ORDER BY r.row) > 1 AS is_repeated
    FROM batch_rejections r LEFT JOIN last_outcomes l USING (document_id)
) b
