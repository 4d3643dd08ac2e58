-- The copy groups that any wanted article belongs to, whole.
SELECT article_id, copy_group_id, is_representative
FROM copy_members
WHERE copy_group_id IN (SELECT copy_group_id FROM copy_members SEMI JOIN wanted USING (article_id))
ORDER BY copy_group_id, article_id
