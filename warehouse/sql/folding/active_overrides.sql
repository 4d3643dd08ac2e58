-- What people decided and nobody took back.
SELECT override_id, relation, article_a, article_b, story_id, made_by, made_at, why
FROM overrides WHERE revoked_at IS NULL
ORDER BY made_at, override_id
