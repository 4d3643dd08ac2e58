SELECT override_id, relation, article_a, article_b, story_id, made_by, made_at, why, revoked_at, revoked_by
FROM overrides
