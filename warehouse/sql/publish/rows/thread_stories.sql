SELECT format('{:016x}', t.thread_id) AS thread_id, format('{:016x}', t.story_id) AS story_id,
       row_number() OVER (PARTITION BY t.thread_id ORDER BY s.first_published_at NULLS LAST, t.story_id) AS position,
       format('{:016x}', t.follows_story_id) AS follows_story_id, CAST(r.score AS FLOAT) AS score
FROM thread_stories t JOIN stories s ON s.story_id = t.story_id
LEFT JOIN story_relations r ON r.story_a = t.follows_story_id AND r.story_b = t.story_id AND r.relation = 'follow_up'
ORDER BY t.thread_id, position
