-- Outlets by how long their reports take to arrive after publication, the slowest first: of articles that first came in
-- the week before the last run and state their time to the minute, where there are three of an outlet.
SELECT publisher, count(*) AS article_count, greatest(0, median(date_diff('minute', published_at, first_seen_at))) / 60 AS hours
FROM articles
WHERE first_seen_at >= (SELECT max(started_at) - INTERVAL 7 DAY FROM runs) AND publisher IS NOT NULL
  AND published_precision = 'minute'
GROUP BY publisher HAVING count(*) >= 3
ORDER BY hours DESC, publisher LIMIT $limit
