-- Links of the wanted relations, accepted or not, with an end among the wanted articles; an accepted one may lead
-- elsewhere, to a full article. In no order: sorting millions takes as long as finding them, and no order of links
-- changes what grows.
WITH touching AS MATERIALIZED (
    SELECT l.article_a, l.article_b, l.score, l.decision,
           CASE WHEN a.article_id IS NULL THEN l.article_a WHEN b.article_id IS NULL THEN l.article_b END AS elsewhere
    FROM links l
    LEFT JOIN wanted a ON a.article_id = l.article_a
    LEFT JOIN wanted b ON b.article_id = l.article_b
    WHERE list_contains($relations, l.relation) AND (a.article_id IS NOT NULL OR b.article_id IS NOT NULL)
)
SELECT article_a, article_b, score FROM touching WHERE elsewhere IS NULL
UNION ALL
SELECT article_a, article_b, score FROM touching
ANTI JOIN (SELECT article_id FROM articles WHERE kind IN ('live_blog', 'round_up')) AS guests
    ON guests.article_id = touching.elsewhere
WHERE elsewhere IS NOT NULL AND decision = 'accepted'
