SELECT l.article_a, l.article_b, l.relation, l.decision, l.score, l.threshold,
       json_merge_patch('{}', to_json(l.features))::VARCHAR AS features, l.model_version, l.made_by, l.why, l.linked_at
FROM links l
WHERE l.article_a IN (SELECT article_id FROM story_articles WHERE story_id = $story_id)
  AND l.article_b IN (SELECT article_id FROM story_articles WHERE story_id = $story_id)
ORDER BY l.score DESC NULLS FIRST, l.article_a, l.article_b
