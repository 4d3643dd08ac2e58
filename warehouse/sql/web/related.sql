-- Stories that a story is related to without following it up, the closest first.
SELECT o.story_id, o.title, o.latest_title, o.first_published_at, r.score
FROM story_relations r JOIN stories o ON o.story_id = CASE WHEN r.story_a = $story_id THEN r.story_b ELSE r.story_a END
WHERE (r.story_a = $story_id OR r.story_b = $story_id) AND r.relation = 'related'
ORDER BY r.score DESC, o.story_id LIMIT 10
