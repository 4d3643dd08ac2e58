-- What people corrected of an article shows in it.
SELECT o.decision_id, o.article_a, o.field
FROM decisions o
JOIN articles a ON a.article_id = o.article_a
LEFT JOIN article_originals c ON c.article_id = o.article_a
WHERE o.relation = 'correct' AND o.revoked_at IS NULL AND NOT coalesce(list_contains(c.fields, o.field), false)
