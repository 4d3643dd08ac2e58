-- Corrections that nobody revoked, in the order in which they were made.
SELECT relation, article_a AS article_id, field, value, made_by
FROM decisions WHERE relation IN ('correct', 'rename_outlet') AND revoked_at IS NULL
ORDER BY made_at, decision_id
