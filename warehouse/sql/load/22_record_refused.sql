INSERT INTO documents BY NAME
SELECT document_id, source_ref, format, sha256, bytes, disposition, reason, nullif(detail, '') AS detail,
       NULL::UBIGINT AS article_id, $run_id AS run_id, $now AS seen_at
FROM refused
WHERE is_recorded
