-- The profiles of the reports of the wanted stories; copies have none but that of their representative.
SELECT m.story_id, p.profile
FROM story_articles m JOIN profiles p USING (article_id)
WHERE m.story_id IN (SELECT story_id FROM wanted)
ORDER BY m.story_id, p.article_id
