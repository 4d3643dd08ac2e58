-- Stories that a watch asks for, changed since it ran last, with what is compared to what it has reported.
WITH found AS (FROM search_stories($words, most := 1000000000))
SELECT f.story_id, coalesce(f.latest_title, f.title) AS title, f.url, f.independent_count, f.article_count, f.updated_at,
       (SELECT coalesce(sum(a.version - 1), 0) FROM articles a WHERE a.story_id = f.story_id) AS correction_count
FROM found f
WHERE ($language IS NULL OR f.language = $language)
  AND f.independent_count >= $sources
  AND ($publisher IS NULL OR f.story_id IN (SELECT story_id FROM articles WHERE publisher = $publisher))
ORDER BY f.updated_at, f.story_id
