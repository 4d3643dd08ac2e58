-- What is under an embargo was never published: its documents are read again, and lead to no article until then.
INSERT INTO runs BY NAME SELECT * FROM pub.runs;
INSERT INTO documents BY NAME
SELECT ('0x' || d.document_id)::UBIGINT AS document_id,
       CASE WHEN a.article_id IS NOT NULL OR t.hash IS NOT NULL THEN ('0x' || d.article_id)::UBIGINT END AS article_id,
       d.* EXCLUDE (document_id, article_id)
FROM pub.documents d
LEFT JOIN pub.articles a ON a.article_id = d.article_id
LEFT JOIN (SELECT hash FROM pub._tombstones WHERE scope = 'article') t ON t.hash = ('0x' || d.article_id)::UBIGINT;
INSERT INTO tombstones BY NAME
SELECT * EXCLUDE (article_id) FROM pub._tombstones WHERE scope NOT IN ('shingle', 'let_in');
INSERT INTO tombstone_shingles SELECT hash::UINTEGER, article_id FROM pub._tombstones WHERE scope = 'shingle';
INSERT INTO let_in SELECT hash, erased_at, erased_by FROM pub._tombstones WHERE scope = 'let_in';
INSERT INTO decisions BY NAME
SELECT ('0x' || decision_id)::UBIGINT AS decision_id, ('0x' || article_a)::UBIGINT AS article_a,
       ('0x' || article_b)::UBIGINT AS article_b, ('0x' || story_id)::UBIGINT AS story_id,
       ('0x' || made_with)::UBIGINT AS made_with, * EXCLUDE (decision_id, article_a, article_b, story_id, made_with)
FROM pub.decisions
