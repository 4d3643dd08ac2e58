SELECT story_id, event, other_story_id, article_count, happened_at, run_id FROM story_events
WHERE (story_id = $story_id OR other_story_id = $story_id) AND article_id IS NULL
ORDER BY happened_at, story_id
