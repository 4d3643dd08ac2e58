-- Articles by outlet and story, for the stories that most independent sources report on.
WITH chosen AS (
    SELECT story_id, coalesce(latest_title, title) AS title, independent_count FROM stories
    WHERE ($since IS NULL OR last_published_at >= $since) AND ($until IS NULL OR first_published_at < $until)
    ORDER BY independent_count DESC, last_published_at DESC NULLS LAST, story_id LIMIT $limit
)
SELECT c.story_id, c.title, c.independent_count, a.publisher, count(*) AS article_count, min(a.published_at) AS first_at
FROM chosen c JOIN articles a ON a.story_id = c.story_id
WHERE a.publisher IS NOT NULL AND list_contains($publishers, a.publisher)
GROUP BY ALL ORDER BY c.independent_count DESC, c.story_id, a.publisher
