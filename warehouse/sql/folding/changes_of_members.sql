-- Which articles came into a story and went out of it after its birth, by run, the latest run first.
SELECT run_id, event = 'joined' AS has_joined, article_id FROM story_events
WHERE story_id = $story_id AND event IN ('joined', 'left')
ORDER BY run_id DESC, article_id
