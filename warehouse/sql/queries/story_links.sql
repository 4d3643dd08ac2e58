WITH members AS MATERIALIZED (SELECT article_id FROM story_articles WHERE story_id = $story_id)
SELECT article_a, article_b, relation, decision, score, threshold,
       json_merge_patch('{}', to_json(features))::VARCHAR AS features, model_version, NULL AS made_by, NULL AS why, linked_at
FROM links WHERE article_a IN (FROM members) AND article_b IN (FROM members)
UNION ALL
SELECT article_a, article_b, relation, 'decided', NULL, NULL, NULL, NULL, made_by, why, made_at
FROM decisions WHERE revoked_at IS NULL AND relation IN ('must_link', 'cannot_link', 'not_copy')
  AND article_a IN (FROM members) AND article_b IN (FROM members)
ORDER BY score DESC NULLS FIRST, article_a, article_b
