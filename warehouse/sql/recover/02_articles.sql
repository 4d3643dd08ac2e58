INSERT INTO articles BY NAME
SELECT ('0x' || article_id)::UBIGINT AS article_id, ('0x' || document_id)::UBIGINT AS document_id,
       ('0x' || content_hash)::UBIGINT AS content_hash,
       * EXCLUDE (article_id, document_id, content_hash, story_id, is_canonical, copy_group_id)
FROM pub.articles;
INSERT INTO article_versions BY NAME
SELECT ('0x' || article_id)::UBIGINT AS article_id, ('0x' || document_id)::UBIGINT AS document_id,
       ('0x' || content_hash)::UBIGINT AS content_hash, * EXCLUDE (article_id, document_id, content_hash)
FROM pub.article_versions;
-- Which article stands for its group is not published; the first of the canonical ones, then of the others, does.
INSERT INTO copy_members
SELECT ('0x' || article_id)::UBIGINT, ('0x' || copy_group_id)::UBIGINT,
       row_number() OVER (PARTITION BY copy_group_id ORDER BY NOT is_canonical, word_count DESC, article_id) = 1
FROM pub.articles WHERE copy_group_id IS NOT NULL
