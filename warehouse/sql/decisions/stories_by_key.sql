-- Stories by id or its beginning, or by an id that leads to them now.
WITH RECURSIVE paths AS (
    SELECT story_id AS asked, story_id FROM (SELECT DISTINCT story_id FROM story_events)
    WHERE starts_with(format('{:016x}', story_id), lower($key))
    UNION
    SELECT p.asked, e.other_story_id
    FROM paths p JOIN (
        SELECT story_id, max_by(other_story_id, (happened_at, run_id)) AS other_story_id
        FROM story_events WHERE event = 'redirected' GROUP BY story_id
    ) e USING (story_id)
    WHERE p.story_id NOT IN (SELECT story_id FROM stories)
)
SELECT DISTINCT s.story_id, s.title
FROM paths JOIN stories s USING (story_id)
ORDER BY format('{:016x}', s.story_id) <> lower($key), s.story_id
LIMIT 2
