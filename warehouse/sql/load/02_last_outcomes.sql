-- What became of these documents when they came before.
CREATE OR REPLACE TEMP TABLE last_outcomes AS
SELECT document_id,
       max_by(disposition, (seen_at, run_id)) AS disposition,
       max_by(reason, (seen_at, run_id)) AS reason
FROM documents
WHERE document_id IN (SELECT document_id FROM incoming UNION ALL SELECT document_id FROM batch_rejections)
GROUP BY document_id
