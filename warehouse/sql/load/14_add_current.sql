INSERT INTO articles BY NAME
SELECT b.* EXCLUDE (row, format, sha256, bytes, article_id, claims, loose_claims, item_claims, is_withdrawal), r.article_id,
       r.version, false AS is_superseded, coalesce(b.embargoed_until > $now, false) AS is_held,
       coalesce(r.article_seen_at, $now) AS first_seen_at, $now AS last_changed_at, $run_id AS run_id
FROM batch_articles b JOIN ranked r ON r.row = b.row
WHERE r.is_current
