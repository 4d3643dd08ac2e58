-- Every story is stored once.
SELECT story_id, count(*) AS times FROM seen_stories GROUP BY story_id HAVING times > 1
