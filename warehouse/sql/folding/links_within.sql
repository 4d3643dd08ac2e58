-- Links of the wanted relations, accepted or not, with both ends among the wanted articles: weak ones weigh in means.
SELECT article_a, article_b, relation, score, decision
FROM links
SEMI JOIN wanted AS end_a ON links.article_a = end_a.article_id
SEMI JOIN wanted AS end_b ON links.article_b = end_b.article_id
WHERE linked_at >= $since AND list_contains($relations, relation)
ORDER BY article_a, article_b, relation
