INSERT INTO stories BY NAME
SELECT ('0x' || story_id)::UBIGINT AS story_id, ('0x' || canonical_article_id)::UBIGINT AS canonical_article_id,
       * EXCLUDE (story_id, canonical_article_id), $run_id AS run_id
FROM pub.stories
