-- Articles that someone bound together are in one story, and those that someone set apart are in two.
SELECT o.relation, o.article_a, o.article_b, a.story_id AS story_a, b.story_id AS story_b
FROM decisions o
JOIN story_articles a ON a.article_id = o.article_a
JOIN story_articles b ON b.article_id = o.article_b
WHERE o.revoked_at IS NULL
  AND (o.relation IN ('must_link', 'not_copy') AND a.story_id <> b.story_id OR o.relation = 'cannot_link' AND a.story_id = b.story_id)
