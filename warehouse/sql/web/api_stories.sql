-- Stories in the order of their last change, after a cursor.
SELECT s.* FROM stories s
WHERE ($language IS NULL OR s.language = $language)
  AND ($sources IS NULL OR s.independent_count >= $sources)
  AND ($since IS NULL OR s.updated_at >= $since)
  AND ($after_time IS NULL OR s.updated_at < $after_time OR (s.updated_at = $after_time AND s.story_id > $after_id))
  AND ($publisher IS NULL AND $kind IS NULL OR s.story_id IN (
        SELECT m.story_id FROM articles m
        WHERE m.story_id IS NOT NULL
          AND ($publisher IS NULL OR m.publisher = $publisher) AND ($kind IS NULL OR m.kind = $kind)))
ORDER BY s.updated_at DESC, s.story_id
LIMIT $limit
