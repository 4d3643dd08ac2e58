INSERT INTO documents BY NAME
SELECT d.document_id, b.source_ref, b.format, b.sha256, b.bytes, d.disposition, d.reason, d.detail, d.article_id,
       $run_id AS run_id, $now AS seen_at
FROM decided d JOIN batch_articles b USING (row)
WHERE d.disposition <> 'unchanged'
