INSERT INTO articles BY NAME
SELECT ('0x' || article_id)::UBIGINT AS article_id, ('0x' || document_id)::UBIGINT AS document_id,
       ('0x' || content_hash)::UBIGINT AS content_hash,
       * EXCLUDE (article_id, document_id, content_hash, story_id, is_canonical, copy_group_id, publisher_family, source_id, is_representative, corrections)
         REPLACE (coalesce(title, '') AS title, coalesce(text, '') AS text, coalesce(lead, '') AS lead,
                  coalesce(authors, []) AS authors, coalesce(tags, []) AS tags),
       false AS is_superseded, withdrawn_at IS NOT NULL AS is_held
FROM pub.articles;
INSERT INTO article_originals BY NAME
SELECT ('0x' || article_id)::UBIGINT AS article_id, * EXCLUDE (article_id) FROM pub.article_originals;
INSERT INTO article_versions BY NAME
SELECT ('0x' || article_id)::UBIGINT AS article_id, ('0x' || document_id)::UBIGINT AS document_id,
       ('0x' || content_hash)::UBIGINT AS content_hash, * EXCLUDE (article_id, document_id, content_hash),
       false AS is_superseded, false AS is_held
FROM pub.article_versions;
INSERT INTO copy_members
SELECT ('0x' || article_id)::UBIGINT, ('0x' || copy_group_id)::UBIGINT, is_representative
FROM pub.articles WHERE copy_group_id IS NOT NULL
