-- The outlets with most articles in stories of the time asked for.
SELECT a.publisher, count(*) AS article_count, count(DISTINCT a.story_id) AS story_count
FROM articles a
WHERE a.story_id IS NOT NULL AND a.publisher IS NOT NULL
  AND ($since IS NULL OR a.published_at >= $since) AND ($until IS NULL OR a.published_at < $until)
GROUP BY a.publisher ORDER BY article_count DESC, a.publisher LIMIT $limit
