-- The whole dendrograms of average linkage that any wanted article is in.
SELECT article_id, tree_id
FROM trees
WHERE tree_id IN (SELECT tree_id FROM trees SEMI JOIN wanted USING (article_id))
ORDER BY tree_id, article_id
