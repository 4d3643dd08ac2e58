-- Decisions of people about groups and canonical articles that nobody revoked.
SELECT decision_id, relation, article_a, article_b, story_id, made_by, made_at, why
FROM decisions WHERE revoked_at IS NULL AND relation IN ('must_link', 'cannot_link', 'not_copy', 'pin')
ORDER BY made_at, decision_id
