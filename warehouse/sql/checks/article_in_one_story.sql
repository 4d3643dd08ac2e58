-- No article is in two stories.
SELECT article_id, count(*) AS stories FROM story_articles GROUP BY article_id HAVING stories > 1
