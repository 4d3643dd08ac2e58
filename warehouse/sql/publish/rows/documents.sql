SELECT format('{:016x}', document_id) AS document_id, source_ref, disposition, reason, detail, format, bytes, sha256,
       format('{:016x}', article_id) AS article_id, run_id, seen_at
FROM wanted_documents
