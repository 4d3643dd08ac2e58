ALTER TABLE overrides ADD COLUMN revoked_why VARCHAR;
COMMENT ON COLUMN overrides.revoked_why IS 'Reason given for revoking it; NULL where none was.'
