-- Articles of stories by day of publication.
SELECT CAST(published_at AS DATE) AS day, count(*) AS article_count, count(DISTINCT story_id) AS story_count
FROM articles
WHERE story_id IS NOT NULL AND published_at IS NOT NULL
  AND ($since IS NULL OR published_at >= $since) AND ($until IS NULL OR published_at < $until)
GROUP BY ALL ORDER BY day DESC LIMIT 45
