-- The outlets that report on most of the stories with most independent sources; of equal ones first those that most speak
-- for a story, so that none of the stories is without its outlets while another has several.
WITH chosen AS (
    SELECT story_id FROM stories
    WHERE ($since IS NULL OR last_published_at >= $since) AND ($until IS NULL OR first_published_at < $until)
    ORDER BY independent_count DESC, last_published_at DESC NULLS LAST, story_id LIMIT $stories
), counted AS (
    SELECT publisher, story_id, count(*) AS article_count,
           count(*) OVER (PARTITION BY publisher) AS story_count, sum(count(*)) OVER (PARTITION BY publisher) AS all_count
    FROM articles
    WHERE story_id IN (FROM chosen) AND publisher IS NOT NULL
    GROUP BY publisher, story_id
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY story_id ORDER BY story_count DESC, article_count DESC, publisher) AS place
    FROM counted
)
SELECT publisher, any_value(all_count)::BIGINT AS article_count, any_value(story_count) AS story_count
FROM ranked
GROUP BY publisher ORDER BY story_count DESC, min(place), article_count DESC, publisher LIMIT $limit
