WITH RECURSIVE paths AS (
    SELECT thread_id, current_thread_id AS next, 1 AS hops FROM thread_redirects
    WHERE thread_id NOT IN (SELECT thread_id FROM thread_stories)
    UNION
    SELECT p.thread_id, r.current_thread_id, p.hops + 1
    FROM paths p JOIN thread_redirects r ON r.thread_id = p.next WHERE p.hops < 1000
)
SELECT format('{:016x}', thread_id) AS thread_id, format('{:016x}', next) AS current_thread_id
FROM paths WHERE next IN (SELECT thread_id FROM thread_stories)
QUALIFY row_number() OVER (PARTITION BY thread_id ORDER BY hops) = 1
