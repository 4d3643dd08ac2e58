WITH RECURSIVE steps AS (
    SELECT story_id, max_by(other_story_id, (happened_at, run_id)) AS next
    FROM story_events WHERE event = 'redirected' AND story_id NOT IN (SELECT story_id FROM stories)
    GROUP BY story_id
), paths AS (
    SELECT story_id, next, 1 AS hops FROM steps
    UNION ALL
    SELECT p.story_id, s.next, p.hops + 1 FROM paths p JOIN steps s ON s.story_id = p.next WHERE p.hops < 1000
)
SELECT format('{:016x}', story_id) AS story_id, format('{:016x}', next) AS current_story_id
FROM paths WHERE next IN (SELECT story_id FROM stories)
QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY hops) = 1
