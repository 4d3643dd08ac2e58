SELECT format('{:016x}', decision_id) AS decision_id, relation, format('{:016x}', article_a) AS article_a,
       format('{:016x}', article_b) AS article_b, format('{:016x}', story_id) AS story_id, field, value,
       format('{:016x}', made_with) AS made_with, made_by, made_at, why,
       revoked_at, revoked_by, revoked_why
FROM decisions
ORDER BY made_at, decision_id
