-- What the source had in the corrected fields of an article.
SELECT * FROM article_originals WHERE article_id = $article_id
