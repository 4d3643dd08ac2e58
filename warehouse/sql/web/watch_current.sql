-- Where stories reported before are now, and which of their articles were withdrawn since.
SELECT t.story_id, coalesce(r.current_story_id, s.story_id) AS current_story_id
FROM (SELECT unnest($story_ids) AS story_id) t
LEFT JOIN story_redirects r ON r.story_id = t.story_id
LEFT JOIN stories s ON s.story_id = t.story_id
