-- Accepted links of the wanted relations with both ends among the wanted articles.
SELECT article_a, article_b, relation, score
FROM links
SEMI JOIN wanted AS end_a ON links.article_a = end_a.article_id
SEMI JOIN wanted AS end_b ON links.article_b = end_b.article_id
WHERE decision = 'accepted' AND list_contains($relations, relation)
ORDER BY article_a, article_b, relation
