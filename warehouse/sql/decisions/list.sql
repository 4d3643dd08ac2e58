-- What people decided, the latest first, with the headlines of what they decided upon.
SELECT o.decision_id, o.relation, o.article_a, o.article_b, o.story_id, o.field, o.value, o.made_with, o.made_by, o.made_at, o.why, o.revoked_at, o.revoked_by, o.revoked_why,
       a.title AS title_a, b.title AS title_b
FROM decisions o
LEFT JOIN articles a ON a.article_id = o.article_a
LEFT JOIN articles b ON b.article_id = o.article_b
WHERE $with_revoked OR o.revoked_at IS NULL
ORDER BY o.made_at DESC, o.decision_id
