-- The last finished run.
SELECT run_id FROM runs WHERE status = 'done' ORDER BY run_id DESC LIMIT 1
