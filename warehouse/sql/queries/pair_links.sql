SELECT article_a, article_b, relation, decision, score, threshold,
       json_merge_patch('{}', to_json(features))::VARCHAR AS features, model_version, NULL AS made_by, NULL AS why, linked_at
FROM links WHERE article_a = least($a, $b) AND article_b = greatest($a, $b)
UNION ALL
SELECT article_a, article_b, relation, 'decided', NULL, NULL, NULL, NULL, made_by, why, made_at
FROM decisions WHERE revoked_at IS NULL AND relation IN ('must_link', 'cannot_link', 'not_copy')
  AND article_a = least($a, $b) AND article_b = greatest($a, $b)
ORDER BY linked_at, relation
