-- Files that were put off, with the runs that began since: since the first time, or since the file was last read.
SELECT d.source_ref, count(r.run_id) AS runs
FROM (
    SELECT source_ref, max(run_id) AS run_id FROM documents
    WHERE disposition = 'deferred' AND source_ref IN (SELECT unnest($refs))
    GROUP BY ALL
) d
LEFT JOIN files f USING (source_ref)
JOIN runs r ON r.command = 'ingest' AND r.run_id > greatest(d.run_id, coalesce(f.run_id, d.run_id))
GROUP BY ALL
ORDER BY runs DESC, d.source_ref
