-- One row per file, the latest.
MERGE INTO files f USING batch_files b ON f.source_ref = b.source_ref
WHEN MATCHED AND (f.sha256 <> b.sha256 OR f.size <> b.size OR f.mtime_ns <> b.mtime_ns OR f.documents <> b.documents
                  OR f.field_map IS DISTINCT FROM b.field_map OR f.read_by IS DISTINCT FROM b.read_by)
THEN UPDATE SET size = b.size, mtime_ns = b.mtime_ns, sha256 = b.sha256, format = b.format, documents = b.documents,
                field_map = b.field_map, read_by = b.read_by, run_id = $run_id, seen_at = $now
WHEN NOT MATCHED THEN INSERT (source_ref, size, mtime_ns, sha256, format, documents, field_map, read_by, run_id, seen_at)
VALUES (b.source_ref, b.size, b.mtime_ns, b.sha256, b.format, b.documents, b.field_map, b.read_by, $run_id, $now)
