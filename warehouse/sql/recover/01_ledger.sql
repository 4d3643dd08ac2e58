INSERT INTO runs BY NAME SELECT * FROM pub.runs;
INSERT INTO documents BY NAME
SELECT ('0x' || document_id)::UBIGINT AS document_id, ('0x' || article_id)::UBIGINT AS article_id,
       * EXCLUDE (document_id, article_id) FROM pub.documents;
INSERT INTO tombstones BY NAME FROM pub._tombstones;
INSERT INTO overrides BY NAME FROM pub._overrides
