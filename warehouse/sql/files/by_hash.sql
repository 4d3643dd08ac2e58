-- The first file known with these bytes.
SELECT sha256, min(source_ref) FROM files SEMI JOIN wanted USING (sha256) GROUP BY sha256
