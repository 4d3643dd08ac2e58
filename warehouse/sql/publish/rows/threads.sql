SELECT format('{:016x}', t.thread_id) AS thread_id, arg_max(s.title, (s.independent_count, s.article_count, s.story_id)) AS title,
       arg_max(s.latest_title, (s.last_published_at, s.story_id)) AS latest_title, count(*) AS story_count,
       sum(s.article_count) AS article_count, min(s.first_published_at) AS first_published_at,
       max(s.last_published_at) AS last_published_at, arg_max(s.language, (s.independent_count, s.article_count, s.story_id)) AS language
FROM thread_stories t JOIN stories s ON s.story_id = t.story_id
GROUP BY t.thread_id ORDER BY last_published_at, t.thread_id
