SELECT hash, scope, NULL::UBIGINT AS article_id, erased_at, erased_by, why FROM tombstones
UNION ALL SELECT shingle, 'shingle', article_id, NULL, NULL, NULL FROM tombstone_shingles
UNION ALL SELECT document_id, 'let_in', NULL, let_in_at, let_in_by, NULL FROM let_in
