-- Reports of a story that can have been the first.
FROM first_reports($story_id) LIMIT $limit
