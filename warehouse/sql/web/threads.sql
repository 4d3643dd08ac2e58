-- Threads, the latest first, each with the headlines of its stories.
SELECT t.*, (SELECT list(s.latest_title ORDER BY m.position) FROM thread_stories m JOIN stories s ON s.story_id = m.story_id
             WHERE m.thread_id = t.thread_id) AS story_titles
FROM threads t ORDER BY t.last_published_at DESC NULLS LAST, t.thread_id LIMIT $limit
