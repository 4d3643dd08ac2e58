-- What people decided, the latest first.
SELECT d.*, a.title AS title_a, b.title AS title_b
FROM decisions d LEFT JOIN articles a ON a.article_id = d.article_a LEFT JOIN articles b ON b.article_id = d.article_b
ORDER BY d.made_at DESC, d.decision_id LIMIT $limit
