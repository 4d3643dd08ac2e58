-- What decides which article represents its copy group.
SELECT article_id, CASE WHEN is_held THEN 'stub' ELSE kind END AS kind, word_count
FROM articles
WHERE rowid IN (SELECT t.rowid FROM articles t SEMI JOIN wanted USING (article_id))
ORDER BY article_id
