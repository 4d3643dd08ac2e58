SELECT format('{:016x}', article_a) AS article_a, format('{:016x}', article_b) AS article_b, relation, decision, score,
       threshold, features, model_version, run_id, linked_at
FROM wanted_links
