-- The outlets that report on most of the stories with most independent sources.
WITH chosen AS (
    SELECT story_id FROM stories
    WHERE ($since IS NULL OR last_published_at >= $since) AND ($until IS NULL OR first_published_at < $until)
    ORDER BY independent_count DESC, last_published_at DESC NULLS LAST, story_id LIMIT $stories
)
SELECT publisher, count(*) AS article_count, count(DISTINCT story_id) AS story_count
FROM articles
WHERE story_id IN (FROM chosen) AND publisher IS NOT NULL
GROUP BY publisher ORDER BY story_count DESC, article_count DESC, publisher LIMIT $limit
