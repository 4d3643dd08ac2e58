UPDATE decisions SET revoked_at = $revoked_at, revoked_by = $revoked_by, revoked_why = $revoked_why
WHERE decision_id = $decision_id AND revoked_at IS NULL
