-- Every membership has its story and its article.
SELECT story_id, m.article_id FROM seen_memberships m ANTI JOIN articles a ON a.article_id = m.article_id
UNION ALL
SELECT m.story_id, article_id FROM seen_memberships m ANTI JOIN stories s ON s.story_id = m.story_id
