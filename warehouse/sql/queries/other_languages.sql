-- Stories of the same event in other languages, the closest first, with the two articles that share most.
SELECT o.story_id, o.language, o.latest_title AS title, o.first_published_at, r.score,
       CASE WHEN r.story_a = $story_id THEN r.article_a ELSE r.article_b END AS article_id,
       CASE WHEN r.story_a = $story_id THEN r.article_b ELSE r.article_a END AS other_article_id
FROM story_relations r JOIN stories o ON o.story_id = CASE WHEN r.story_a = $story_id THEN r.story_b ELSE r.story_a END
WHERE (r.story_a = $story_id OR r.story_b = $story_id) AND r.relation = 'other_language'
ORDER BY r.score DESC, o.story_id
