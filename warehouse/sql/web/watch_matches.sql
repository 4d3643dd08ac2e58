-- Stories that a watch asks for, with what is compared to what it has reported: those that have its words, if there are any,
-- and are among `within`, where that is given; and, where asked, those that follow up one of them or one of `reported`.
WITH RECURSIVE fitting AS (
    SELECT story_id, independent_count, updated_at FROM stories
    WHERE ($language IS NULL OR language = $language)
      AND independent_count >= $sources
      AND ($publisher IS NULL OR story_id IN (SELECT story_id FROM articles WHERE publisher = $publisher))
), wanted AS MATERIALIZED (
    SELECT story_id FROM fitting
    WHERE ($words = '' OR story_id IN (SELECT story_id FROM search_stories($words, most := 1000000000)))
      AND ($within IS NULL OR list_contains($within::VARCHAR[], story_id))
), followed AS (
    SELECT story_id, false AS is_follow_up
    FROM (FROM wanted UNION ALL SELECT unnest($reported::VARCHAR[]) AS story_id)
    UNION
    SELECT t.story_id, true
    FROM thread_stories t JOIN followed f ON f.story_id = t.follows_story_id
    WHERE $follow_ups
)
SELECT f.story_id, f.independent_count, f.story_id NOT IN (FROM wanted) AS is_follow_up,
       (SELECT coalesce(sum(a.version - 1), 0) FROM articles a WHERE a.story_id = f.story_id) AS correction_count
FROM fitting f
WHERE f.story_id IN (FROM wanted) OR f.story_id IN (SELECT story_id FROM followed WHERE is_follow_up)
ORDER BY f.updated_at, f.story_id
