-- Other stories that articles of a story, or one article of it, have the strongest links to.
WITH here AS (
    SELECT article_id FROM story_articles
    WHERE CASE WHEN $article_id IS NULL THEN story_id = $story_id ELSE article_id = $article_id END
    LIMIT 200
), strongest AS (
    SELECT m.story_id, max(l.score) AS score
    FROM (
        SELECT article_b AS article_id, score FROM links WHERE article_a IN (FROM here) AND NOT together
        UNION ALL
        SELECT article_a, score FROM links WHERE article_b IN (FROM here) AND NOT together
    ) l JOIN story_articles m ON m.article_id = l.article_id
    GROUP BY m.story_id ORDER BY 2 DESC, 1 LIMIT 6
)
SELECT s.*, n.score FROM strongest n JOIN stories s ON s.story_id = n.story_id ORDER BY n.score DESC, s.story_id
