-- No run recorded a document twice.
SELECT document_id, run_id, count(*) AS times FROM documents GROUP BY ALL HAVING times > 1
