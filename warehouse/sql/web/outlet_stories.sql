-- Stories an outlet reported on with others, and how long after the first report; NULL hours where a day is all that is stated.
SELECT s.story_id, coalesce(s.latest_title, s.title) AS title, s.independent_count, s.article_count, min(a.published_at) AS first_here_at,
       s.first_published_at, max(a.published_precision) AS precision,
       CASE WHEN bool_and(a.published_precision = 'minute')
            THEN round(date_diff('minute', s.first_published_at, min(a.published_at)) / 60, 1) END AS hours_behind
FROM articles a JOIN stories s ON s.story_id = a.story_id
WHERE a.publisher = $publisher
GROUP BY s.story_id, s.latest_title, s.title, s.independent_count, s.article_count, s.first_published_at
ORDER BY first_here_at DESC NULLS LAST, s.story_id
LIMIT $limit
