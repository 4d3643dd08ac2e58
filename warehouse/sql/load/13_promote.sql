-- A version that is current again, since states of its article came together or what followed it left its file.
INSERT INTO articles BY NAME
SELECT v.* REPLACE (least(v.first_seen_at, r.article_seen_at) AS first_seen_at, $now AS last_changed_at, $run_id AS run_id)
FROM article_versions v JOIN ranked r ON r.article_id = v.article_id AND r.content_hash = v.content_hash
WHERE r.is_current AND r.place IS NOT NULL AND NOT r.was_current;
DELETE FROM article_versions
WHERE (article_id, content_hash) IN (
    SELECT (article_id, content_hash) FROM ranked WHERE is_current AND place IS NOT NULL AND NOT was_current)
