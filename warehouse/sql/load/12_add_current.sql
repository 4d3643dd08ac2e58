INSERT INTO articles BY NAME
SELECT b.* EXCLUDE (row, format, sha256, bytes), r.version,
       coalesce(r.article_seen_at, $now) AS first_seen_at, $now AS last_changed_at, $run_id AS run_id
FROM batch_articles b JOIN ranked r ON r.row = b.row
WHERE r.is_current
