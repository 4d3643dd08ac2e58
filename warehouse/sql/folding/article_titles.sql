-- The headlines of the wanted articles.
SELECT article_id, title
FROM articles
WHERE rowid IN (SELECT t.rowid FROM articles t SEMI JOIN wanted USING (article_id))
ORDER BY article_id
