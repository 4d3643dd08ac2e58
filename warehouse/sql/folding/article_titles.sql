-- The headlines of the wanted articles.
SELECT article_id, title FROM articles SEMI JOIN wanted USING (article_id) ORDER BY article_id
