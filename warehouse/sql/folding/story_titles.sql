-- The stories of the wanted articles, with headline and size.
SELECT DISTINCT s.story_id, s.title, s.article_count
FROM stories s JOIN story_articles m USING (story_id) SEMI JOIN wanted ON m.article_id = wanted.article_id
ORDER BY s.story_id
