-- When a story id was born, and how many articles the events of a run and those before it say that it held.
SELECT min(run_id) FILTER (event IN ('born', 'restored')) AS first_run_id,
       arg_max(article_count, (run_id, happened_at)) FILTER (run_id <= $run_id AND article_count IS NOT NULL) AS article_count,
       arg_max(event, (run_id, happened_at)) FILTER (run_id <= $run_id AND event IN ('born', 'restored', 'redirected', 'dissolved')) AS last_state
FROM story_events WHERE story_id = $story_id
