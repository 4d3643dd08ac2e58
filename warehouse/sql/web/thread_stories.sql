-- The stories of a thread in order, by the thread's id, one that it once had, or a story in it.
SELECT m.thread_id, m.position, m.follows_story_id, m.score, s.story_id, s.title, s.latest_title, s.first_published_at,
       s.last_published_at, s.article_count, s.independent_count, s.language
FROM thread_stories m JOIN stories s ON s.story_id = m.story_id
WHERE m.thread_id = coalesce(
    (SELECT current_thread_id FROM thread_redirects WHERE thread_id = $key),
    (SELECT thread_id FROM stories WHERE story_id = coalesce(
        (SELECT current_story_id FROM story_redirects WHERE story_id = $key), $key)),
    $key)
ORDER BY m.position
