-- What happened to a story, the latest first.
SELECT * FROM story_events WHERE story_id = $story_id AND article_id IS NULL ORDER BY happened_at DESC, event LIMIT 200
