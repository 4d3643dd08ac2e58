INSERT INTO story_articles BY NAME
SELECT ('0x' || story_id)::UBIGINT AS story_id, ('0x' || article_id)::UBIGINT AS article_id, role, score, joined_at
FROM pub.story_articles;
INSERT INTO links BY NAME
SELECT ('0x' || article_a)::UBIGINT AS article_a, ('0x' || article_b)::UBIGINT AS article_b,
       * EXCLUDE (article_a, article_b, made_by, why)
FROM pub.links WHERE relation NOT IN ('must_link', 'cannot_link');
INSERT INTO story_events BY NAME
SELECT ('0x' || story_id)::UBIGINT AS story_id, ('0x' || other_story_id)::UBIGINT AS other_story_id,
       * EXCLUDE (story_id, other_story_id)
FROM pub.story_events
