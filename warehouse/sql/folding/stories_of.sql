-- The stories that any wanted article is in now, with all their members.
SELECT story_id, article_id
FROM story_articles
WHERE story_id IN (SELECT story_id FROM story_articles SEMI JOIN wanted USING (article_id))
ORDER BY story_id, article_id
