-- The stories that any wanted article is in now, with the representatives of the copy groups of their members.
SELECT DISTINCT s.story_id, r.article_id
FROM story_articles s
JOIN copy_members m ON m.article_id = s.article_id
JOIN copy_members r ON r.copy_group_id = m.copy_group_id AND r.is_representative
SEMI JOIN (SELECT story_id FROM story_articles SEMI JOIN wanted USING (article_id)) AS asked ON asked.story_id = s.story_id
ORDER BY s.story_id, r.article_id
