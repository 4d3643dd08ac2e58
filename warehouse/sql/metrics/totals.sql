-- Sums over the ledger, for counters that only grow; times in seconds since 1970.
SELECT (SELECT map_from_entries(list((status, n))) FROM (SELECT status, count(*) AS n FROM runs GROUP BY status)) AS runs,
       (SELECT map_from_entries(list((key, n))) FROM (
           SELECT e.key, sum(e.value)::UBIGINT AS n
           FROM (SELECT unnest(map_entries(dispositions)) AS e FROM runs) GROUP BY ALL)) AS documents,
       (SELECT map_from_entries(list((key, n))) FROM (
           SELECT e.key, sum(e.value) AS n
           FROM (SELECT unnest(map_entries(stage_seconds)) AS e FROM runs) GROUP BY ALL)) AS stage_seconds,
       (SELECT count(*) FROM articles) AS articles,
       (SELECT count(*) FROM stories) AS stories,
       (SELECT epoch(max(finished_at)) FROM runs WHERE status <> 'running') AS last_run_at,
       (SELECT epoch(max(finished_at)) FROM runs WHERE status = 'done') AS last_success_at,
       (SELECT epoch(max(first_seen_at)) FROM articles) AS newest_article_at
