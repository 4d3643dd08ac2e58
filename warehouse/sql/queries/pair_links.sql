SELECT article_a, article_b, relation, decision, score, threshold, features::VARCHAR AS features, model_version, made_by, why,
       linked_at
FROM links WHERE article_a = least($a, $b) AND article_b = greatest($a, $b)
ORDER BY linked_at, relation
