INSERT INTO pub._search_articles
SELECT n.number, n.article_id, coalesce(sum(c.frequency), 0)
FROM search_new n LEFT JOIN search_counts c ON c.number = n.number
GROUP BY n.number, n.article_id ORDER BY n.number
