-- The days on which the wanted stories were first reported, counted from 1970.
SELECT DISTINCT CAST(floor(epoch(first_published_at) / 86400) AS INTEGER) AS day
FROM stories SEMI JOIN wanted USING (story_id)
WHERE first_published_at IS NOT NULL
ORDER BY day
