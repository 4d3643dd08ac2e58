-- What decides which article stands for its copy group.
SELECT article_id, kind, word_count FROM articles SEMI JOIN wanted USING (article_id) ORDER BY article_id
