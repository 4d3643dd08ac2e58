-- In every finished run the documents that came in are the sum of their dispositions.
SELECT run_id, documents, list_sum(map_values(dispositions)) AS accounted FROM seen_runs
WHERE status = 'done' AND documents <> coalesce(list_sum(map_values(dispositions)), 0)
