-- The member of a story with the best stored score to an article.
SELECT m.article_id
FROM story_articles m
JOIN links l ON l.article_a = least(m.article_id, $article_id) AND l.article_b = greatest(m.article_id, $article_id)
WHERE m.story_id = $story_id AND m.article_id <> $article_id
ORDER BY l.score DESC, m.article_id LIMIT 1
