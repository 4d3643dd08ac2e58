-- The articles that a story held after a run, as far as they are still here: those of now, without what came later and with
-- what left later. Each article as it is now.
WITH later AS (
    SELECT article_id, arg_min(event, (run_id, happened_at)) AS first_event
    FROM story_events WHERE story_id = $story_id AND article_id IS NOT NULL AND run_id > $run_id GROUP BY article_id
), held AS (
    SELECT article_id FROM story_articles WHERE story_id = $story_id AND article_id NOT IN (SELECT article_id FROM later)
    UNION
    SELECT article_id FROM later WHERE first_event = 'left'
)
SELECT a.article_id, a.title, a.publisher, a.published_at, a.published_precision, a.kind, a.withdrawn_at, a.version,
       a.last_changed_at > $at AS has_changed_since, a.story_id AS story_id_now
FROM held JOIN articles a ON a.article_id = held.article_id
ORDER BY a.published_at NULLS LAST, a.article_id LIMIT 2000
