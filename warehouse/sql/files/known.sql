-- Which files came before: known by size and time, or by their bytes where these were hashed.
SELECT s.source_ref, f.documents, f.sha256, f.format, f.field_map, f.read_by,
       CASE WHEN s.size = f.size AND s.mtime_ns = f.mtime_ns THEN 'stat'
            WHEN s.sha256 = f.sha256 THEN 'sha256' END AS known_by
FROM batch_files s JOIN files f USING (source_ref)
WHERE known_by IS NOT NULL
