-- The kind of each wanted article.
SELECT article_id, kind FROM articles SEMI JOIN wanted USING (article_id) ORDER BY article_id
