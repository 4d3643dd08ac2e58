-- Every article is stored once.
SELECT article_id, count(*) AS times FROM seen_articles GROUP BY article_id HAVING times > 1
