-- Every document that a finished run counted, other than unchanged and deferred ones, has its row in the ledger.
WITH counted_by_run AS (
    SELECT run_id, unnest(map_keys(dispositions)) AS disposition, unnest(map_values(dispositions)) AS counted
    FROM seen_runs WHERE status = 'done'
), written AS (
    SELECT run_id, disposition, count(*) AS rows FROM documents
    WHERE run_id IN (SELECT run_id FROM seen_runs WHERE status = 'done') GROUP BY ALL
)
SELECT run_id, disposition, counted, rows FROM counted_by_run FULL JOIN written USING (run_id, disposition)
WHERE disposition NOT IN ('unchanged', 'deferred') AND coalesce(counted, 0) <> coalesce(rows, 0)
