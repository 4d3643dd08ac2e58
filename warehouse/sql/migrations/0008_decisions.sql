-- What people decided is called a decision everywhere: in the published file, in code and in the commands.
ALTER TABLE overrides RENAME TO decisions;
ALTER TABLE decisions RENAME COLUMN override_id TO decision_id
