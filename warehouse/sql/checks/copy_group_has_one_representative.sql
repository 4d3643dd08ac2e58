-- Every group of the same wording has exactly one representative, and no article is in two groups.
SELECT 'group' AS what, copy_group_id AS id, count(*) FILTER (is_representative) AS number FROM copy_members
GROUP BY copy_group_id HAVING number <> 1
UNION ALL
SELECT 'article', article_id, count(*) AS number FROM copy_members GROUP BY article_id HAVING number > 1
UNION ALL
SELECT 'orphan', article_id, 0 FROM copy_members WHERE article_id NOT IN (SELECT article_id FROM articles)
