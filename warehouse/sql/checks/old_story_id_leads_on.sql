-- Every story id that was ever given out still leads to a story, or is known to be dissolved.
SELECT e.story_id, max_by(event, (happened_at, run_id, event = 'redirected' OR event = 'dissolved')) AS last_event
FROM seen_events e ANTI JOIN stories s ON s.story_id = e.story_id
GROUP BY e.story_id HAVING last_event NOT IN ('redirected', 'dissolved')
