INSERT INTO stories BY NAME
SELECT ('0x' || story_id)::UBIGINT AS story_id, ('0x' || canonical_article_id)::UBIGINT AS canonical_article_id,
       ('0x' || latest_article_id)::UBIGINT AS latest_article_id, ('0x' || thread_id)::UBIGINT AS thread_id,
       * EXCLUDE (story_id, canonical_article_id, latest_article_id, thread_id), $run_id AS run_id
FROM pub.stories
