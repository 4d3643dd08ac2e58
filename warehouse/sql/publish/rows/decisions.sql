SELECT format('{:016x}', article_a) AS article_a, format('{:016x}', article_b) AS article_b, relation,
       CASE relation WHEN 'must_link' THEN 'accepted' ELSE 'rejected' END AS decision, made_by, why, made_at AS linked_at
FROM overrides
WHERE relation IN ('must_link', 'cannot_link') AND revoked_at IS NULL
