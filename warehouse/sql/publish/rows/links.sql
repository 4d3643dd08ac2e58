SELECT format('{:016x}', article_a) AS article_a, format('{:016x}', article_b) AS article_b, relation, decision, score,
       threshold, features, model_version, NULL AS made_by, NULL AS why, run_id, linked_at
FROM links
UNION ALL
SELECT format('{:016x}', article_a), format('{:016x}', article_b), relation,
       CASE relation WHEN 'must_link' THEN 'accepted' ELSE 'rejected' END, NULL, NULL, NULL, NULL, made_by, why, NULL, made_at
FROM overrides
WHERE relation IN ('must_link', 'cannot_link') AND revoked_at IS NULL
