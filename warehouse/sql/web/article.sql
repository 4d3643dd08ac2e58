-- One article in its current version, with the story that it is in.
SELECT a.*, coalesce(s.latest_title, s.title) AS story_title, s.article_count AS story_article_count
FROM articles a LEFT JOIN stories s ON s.story_id = a.story_id
WHERE a.article_id = $article_id
