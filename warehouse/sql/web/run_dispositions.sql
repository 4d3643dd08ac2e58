-- What became of every document known, by reason.
SELECT disposition, reason, count(*) AS document_count FROM documents GROUP BY ALL ORDER BY document_count DESC, 1, 2
