-- Pairs among the wanted articles that fill one form with other numbers and names: never one event.
SELECT article_a, article_b
FROM links
SEMI JOIN wanted AS end_a ON links.article_a = end_a.article_id
SEMI JOIN wanted AS end_b ON links.article_b = end_b.article_id
WHERE linked_at >= $since AND relation = 'near_duplicate' AND decision = 'falls_short' AND features.same_form
ORDER BY article_a, article_b
