-- Every story id that was ever given out still leads to a story, or is known to be dissolved.
WITH gone AS (
    SELECT story_id, max_by(event, (happened_at, run_id, event = 'redirected' OR event = 'dissolved')) AS last_event
    FROM story_events
    WHERE story_id NOT IN (SELECT story_id FROM stories)
    GROUP BY story_id
)
SELECT story_id, last_event FROM gone WHERE last_event NOT IN ('redirected', 'dissolved')
