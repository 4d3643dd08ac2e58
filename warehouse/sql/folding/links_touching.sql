-- Links of the wanted relations, accepted or not, with an end among the wanted articles; an accepted one may lead
-- elsewhere, to a full article.
WITH guests AS (SELECT article_id FROM articles WHERE kind IN ('live_blog', 'round_up')),
touching AS (
    SELECT article_a, article_b, score, decision,
           article_a IN (FROM wanted) AS has_a, article_b IN (FROM wanted) AS has_b
    FROM links
    WHERE list_contains($relations, relation) AND (article_a IN (FROM wanted) OR article_b IN (FROM wanted))
)
SELECT article_a, article_b, score
FROM touching
WHERE (has_a AND has_b)
   OR (decision = 'accepted' AND (has_a OR article_a NOT IN (FROM guests)) AND (has_b OR article_b NOT IN (FROM guests)))
ORDER BY article_a, article_b
