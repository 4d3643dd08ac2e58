-- What people decided, as the published file has it, the latest first, with the headlines of what they decided upon.
SELECT ('0x' || o.decision_id)::UBIGINT AS decision_id, o.relation, ('0x' || o.article_a)::UBIGINT AS article_a,
       ('0x' || o.article_b)::UBIGINT AS article_b, ('0x' || o.story_id)::UBIGINT AS story_id, o.field, o.value, ('0x' || o.made_with)::UBIGINT AS made_with, o.made_by,
       o.made_at, o.why, o.revoked_at, o.revoked_by, o.revoked_why, a.title AS title_a, b.title AS title_b
FROM decisions o
LEFT JOIN articles a ON a.article_id = o.article_a
LEFT JOIN articles b ON b.article_id = o.article_b
WHERE $with_revoked OR o.revoked_at IS NULL
ORDER BY o.made_at DESC, o.decision_id
