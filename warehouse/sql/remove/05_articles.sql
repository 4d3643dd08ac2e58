DELETE FROM articles WHERE article_id IN (FROM doomed)
