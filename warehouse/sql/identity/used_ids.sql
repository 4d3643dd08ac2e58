-- Which of the wanted ids an article has, or had before it became part of another.
SELECT article_id FROM articles SEMI JOIN wanted USING (article_id)
UNION
SELECT old_id FROM article_redirects r SEMI JOIN wanted w ON w.article_id = r.old_id
