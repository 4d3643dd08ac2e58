-- The kind of each wanted article.
SELECT article_id, CASE WHEN is_held THEN 'stub' ELSE kind END AS kind
FROM articles
WHERE rowid IN (SELECT t.rowid FROM articles t SEMI JOIN wanted USING (article_id))
ORDER BY article_id
