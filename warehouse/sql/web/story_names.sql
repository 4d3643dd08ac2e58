-- The newest headline of each of some stories, by ids that they have or once had; no row for those that are gone.
SELECT t.story_id, coalesce(s.latest_title, s.title) AS title
FROM (SELECT unnest($story_ids) AS story_id) t
LEFT JOIN story_redirects r ON r.story_id = t.story_id
JOIN stories s ON s.story_id = coalesce(r.current_story_id, t.story_id)
