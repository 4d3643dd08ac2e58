INSERT INTO story_articles BY NAME
SELECT ('0x' || m.story_id)::UBIGINT AS story_id, ('0x' || m.article_id)::UBIGINT AS article_id, m.role, m.score,
       m.decided_by, ('0x' || m.via_article_id)::UBIGINT AS via_article_id, m.margin, a.publisher_family, a.source_id, m.joined_at
FROM pub.story_articles m JOIN pub.articles a USING (article_id);
INSERT INTO links BY NAME
SELECT ('0x' || article_a)::UBIGINT AS article_a, ('0x' || article_b)::UBIGINT AS article_b,
       * EXCLUDE (article_a, article_b, together)
FROM pub.links;
INSERT INTO story_events BY NAME
SELECT ('0x' || story_id)::UBIGINT AS story_id, ('0x' || other_story_id)::UBIGINT AS other_story_id,
       ('0x' || article_id)::UBIGINT AS article_id, * EXCLUDE (story_id, other_story_id, article_id)
FROM pub.story_events
