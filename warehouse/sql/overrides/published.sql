-- What people decided, as the published file has it, the latest first, with the headlines of what they decided upon.
SELECT o.override_id, o.relation, o.article_a, o.article_b, o.story_id, o.made_by, o.made_at, o.why, o.revoked_at, o.revoked_by,
       a.title AS title_a, b.title AS title_b
FROM _overrides o
LEFT JOIN articles a ON a.article_id = format('{:016x}', o.article_a)
LEFT JOIN articles b ON b.article_id = format('{:016x}', o.article_b)
WHERE $with_revoked OR o.revoked_at IS NULL
ORDER BY o.made_at DESC, o.override_id
