-- Stories that are no more and last held any of the wanted articles, with all that they held when they went.
WITH departures AS (
    SELECT story_id, article_id, run_id FROM story_events
    WHERE event = 'left' AND story_id NOT IN (SELECT story_id FROM stories)
), last_runs AS (
    SELECT story_id, max(run_id) AS run_id FROM departures GROUP BY story_id
)
SELECT d.story_id, d.article_id FROM departures d SEMI JOIN last_runs l ON l.story_id = d.story_id AND l.run_id = d.run_id
WHERE d.story_id IN (SELECT story_id FROM departures SEMI JOIN wanted ON departures.article_id = wanted.article_id)
ORDER BY d.story_id, d.article_id
