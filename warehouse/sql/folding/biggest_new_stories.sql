-- Stories born in a run, those with most articles first.
SELECT story_id, article_count, title FROM stories
WHERE story_id IN (SELECT story_id FROM story_events WHERE run_id = $run_id AND event = 'born')
ORDER BY article_count DESC, story_id LIMIT $most
