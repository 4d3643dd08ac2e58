SELECT format('{:016x}', story_id) AS story_id, event, format('{:016x}', other_story_id) AS other_story_id,
       format('{:016x}', article_id) AS article_id, article_count, happened_at, run_id
FROM wanted_events
