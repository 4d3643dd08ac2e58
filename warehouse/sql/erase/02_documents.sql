-- The ledger keeps that the documents came, and says what became of them now.
INSERT INTO documents
SELECT document_id, source_ref, format, sha256, bytes, 'erased', 'tombstone', NULL, NULL, $run_id, $now
FROM latest_documents WHERE article_id IN (FROM doomed)
