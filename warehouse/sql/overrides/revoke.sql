UPDATE overrides SET revoked_at = $revoked_at, revoked_by = $revoked_by, revoked_why = $revoked_why
WHERE override_id = $override_id AND revoked_at IS NULL
