-- All links between two articles that are to be in one story, with what the pair needed; the strongest first.
SELECT l.article_a, l.article_b, l.relation, l.score, l.decision = 'passes' AS has_passed, l.threshold
FROM links l
JOIN wanted_members a ON a.article_id = l.article_a
JOIN wanted_members b ON b.article_id = l.article_b
WHERE l.linked_at >= $since AND a.story_id = b.story_id
ORDER BY l.score DESC, l.article_a, l.article_b
