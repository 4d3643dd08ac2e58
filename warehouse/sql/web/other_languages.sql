-- Stories of the same event in other languages, the closest first, with the two articles that share most.
SELECT o.story_id, o.language, o.title, o.latest_title, o.first_published_at, r.score, r.article_a, r.article_b
FROM story_relations r JOIN stories o ON o.story_id = CASE WHEN r.story_a = $story_id THEN r.story_b ELSE r.story_a END
WHERE (r.story_a = $story_id OR r.story_b = $story_id) AND r.relation = 'other_language'
ORDER BY r.score DESC, o.story_id LIMIT 50
