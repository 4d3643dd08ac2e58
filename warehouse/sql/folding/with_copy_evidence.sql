-- Which of the wanted articles were compared with others before.
SELECT article_id FROM signatures SEMI JOIN wanted USING (article_id)
UNION
SELECT article_id FROM copy_members SEMI JOIN wanted USING (article_id)
ORDER BY article_id
