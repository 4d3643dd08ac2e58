SELECT format('{:016x}', story_id) AS story_id, format('{:016x}', article_id) AS article_id, role, score, decided_by,
       format('{:016x}', via_article_id) AS via_article_id, margin, joined_at
FROM wanted_memberships
