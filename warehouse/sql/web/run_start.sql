-- A run, with its beginning and its end.
SELECT run_id, started_at, finished_at FROM runs WHERE run_id = $run_id
