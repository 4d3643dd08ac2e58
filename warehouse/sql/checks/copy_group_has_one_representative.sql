-- Every group of copies has exactly one representative, and no article is in two groups.
SELECT 'group' AS what, copy_group_id AS id, count(*) FILTER (is_representative) AS number FROM seen_copies
GROUP BY copy_group_id HAVING number <> 1
UNION ALL
SELECT 'article', article_id, count(*) AS number FROM seen_copies GROUP BY article_id HAVING number > 1
UNION ALL
SELECT 'orphan', c.article_id, 0 FROM seen_copies c ANTI JOIN articles a ON a.article_id = c.article_id
