-- Articles that were in a story, under any id that it had, until their publisher took them back; the latest first.
WITH ids AS (
    SELECT $story_id AS story_id UNION SELECT story_id FROM story_redirects WHERE current_story_id = $story_id
), last_left AS (
    SELECT article_id, arg_max(story_id, (run_id, happened_at)) AS story_id
    FROM story_events
    WHERE event = 'left' AND article_id IN (
        SELECT article_id FROM story_events WHERE event = 'left' AND story_id IN (FROM ids))
    GROUP BY article_id
)
SELECT a.article_id, a.publisher, a.withdrawn_at
FROM last_left l JOIN articles a ON a.article_id = l.article_id
WHERE l.story_id IN (FROM ids) AND a.withdrawn_at IS NOT NULL
ORDER BY a.withdrawn_at DESC, a.article_id LIMIT 100
