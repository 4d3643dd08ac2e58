-- No article is in two stories.
SELECT article_id, count(*) AS stories FROM seen_memberships GROUP BY article_id HAVING stories > 1
