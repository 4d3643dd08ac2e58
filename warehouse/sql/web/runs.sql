-- Runs, the latest first.
SELECT run_id, status, command, started_at, finished_at, files, documents, dispositions, reasons, articles_new, stories_new,
       stories_changed, articles_total, stories_total, message, date_diff('second', started_at, finished_at) AS seconds
FROM runs ORDER BY started_at DESC LIMIT $limit
