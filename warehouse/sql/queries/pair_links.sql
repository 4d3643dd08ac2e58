SELECT article_a, article_b, relation, decision, score, threshold,
       json_merge_patch('{}', to_json(features))::VARCHAR AS features, model_version, made_by, why, linked_at
FROM links WHERE article_a = least($a, $b) AND article_b = greatest($a, $b)
ORDER BY linked_at, relation
