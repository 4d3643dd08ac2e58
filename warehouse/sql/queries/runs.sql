SELECT run_id, status, started_at, finished_at, command, files, documents, dispositions, reasons, articles_new, stories_new,
       stories_changed, copy_groups_new, articles_total, copy_groups_total, stories_total, stage_seconds, host, pid, message
FROM runs ORDER BY run_id DESC LIMIT $limit
