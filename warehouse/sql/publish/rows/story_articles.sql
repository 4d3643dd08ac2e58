SELECT format('{:016x}', story_id) AS story_id, format('{:016x}', article_id) AS article_id, role, score, joined_at
FROM wanted_memberships
