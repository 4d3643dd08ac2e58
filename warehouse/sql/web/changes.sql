-- What happened after a run, in the order it happened: stories by their events, articles by their new versions. Whole runs
-- alone, as many as fit, and the first one however large.
WITH every AS (
    SELECT run_id, happened_at, 'story' AS subject, event, story_id, other_story_id, article_id
    FROM story_events WHERE run_id > $since
    UNION ALL
    SELECT run_id, last_changed_at, 'article', CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN version > 1 OR last_changed_at > first_seen_at THEN 'corrected' ELSE 'added' END,
           story_id, NULL, article_id
    FROM articles WHERE run_id > $since
), runs_by_size AS (
    SELECT run_id, sum(count(*)) OVER (ORDER BY run_id) AS total, row_number() OVER (ORDER BY run_id) AS nth
    FROM every GROUP BY run_id
)
SELECT every.*, (SELECT max(run_id) FROM every) AS newest_run_id FROM every JOIN runs_by_size s USING (run_id)
WHERE s.total <= $limit OR s.nth = 1
ORDER BY every.run_id, happened_at, subject, story_id NULLS LAST, article_id NULLS FIRST
