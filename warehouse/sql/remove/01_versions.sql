DELETE FROM article_versions WHERE article_id IN (FROM doomed)
