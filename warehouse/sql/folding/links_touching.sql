-- Links of the wanted relations, accepted or not, with an end among the wanted articles; one may lead elsewhere, to a
-- full article, when it is accepted or its end here is a guest, who is judged by all its links to a story. In no order:
-- sorting millions takes as long as finding them, and no order of links changes what grows.
WITH guests AS (SELECT article_id FROM articles WHERE kind IN ('live_blog', 'round_up')),
touching AS MATERIALIZED (
    SELECT l.article_a, l.article_b, l.score, l.decision, coalesce(a.article_id, b.article_id) AS here,
           CASE WHEN a.article_id IS NULL THEN l.article_a WHEN b.article_id IS NULL THEN l.article_b END AS elsewhere
    FROM links l
    LEFT JOIN wanted a ON a.article_id = l.article_a
    LEFT JOIN wanted b ON b.article_id = l.article_b
    WHERE list_contains($relations, l.relation) AND (a.article_id IS NOT NULL OR b.article_id IS NOT NULL)
),
leading_out AS (
    SELECT * FROM touching ANTI JOIN guests ON guests.article_id = touching.elsewhere WHERE elsewhere IS NOT NULL
)
SELECT article_a, article_b, score FROM touching WHERE elsewhere IS NULL
UNION ALL
SELECT article_a, article_b, score FROM leading_out WHERE decision = 'accepted'
UNION ALL
SELECT article_a, article_b, score FROM leading_out SEMI JOIN guests ON guests.article_id = leading_out.here
WHERE decision = 'rejected'
