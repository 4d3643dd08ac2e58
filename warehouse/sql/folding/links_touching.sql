-- Links of the wanted relations, passing or not, with an end among the wanted articles; one may lead elsewhere, to a
-- full article, when it passes or its end here is an attached article, which is judged by all its links to a story.
-- In no order: sorting millions takes as long as finding them, and the grouping does not depend on it.
WITH attached AS (SELECT article_id FROM articles WHERE kind IN ('live_blog', 'round_up', 'digest')),
touching AS MATERIALIZED (
    SELECT l.article_a, l.article_b, l.score, l.decision, coalesce(a.article_id, b.article_id) AS here,
           CASE WHEN a.article_id IS NULL THEN l.article_a WHEN b.article_id IS NULL THEN l.article_b END AS elsewhere
    FROM links l
    LEFT JOIN wanted a ON a.article_id = l.article_a
    LEFT JOIN wanted b ON b.article_id = l.article_b
    WHERE l.linked_at >= $since AND list_contains($relations, l.relation) AND (a.article_id IS NOT NULL OR b.article_id IS NOT NULL)
),
leading_out AS MATERIALIZED (
    SELECT * FROM touching ANTI JOIN attached ON attached.article_id = touching.elsewhere WHERE elsewhere IS NOT NULL
)
SELECT article_a, article_b, score FROM touching WHERE elsewhere IS NULL
UNION ALL
SELECT article_a, article_b, score FROM leading_out WHERE decision = 'passes'
UNION ALL
SELECT article_a, article_b, score FROM leading_out SEMI JOIN attached ON attached.article_id = leading_out.here
WHERE decision = 'falls_short'
