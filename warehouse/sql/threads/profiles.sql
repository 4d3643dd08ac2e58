-- The profiles of the reports of the wanted stories; copies have none but that of their representative. Profiles are wide:
-- they are read where the wanted ones are.
WITH reports AS MATERIALIZED (
    SELECT story_id, article_id FROM story_articles WHERE story_id IN (SELECT story_id FROM wanted)
), own AS (
    SELECT article_id, profile FROM profiles
    WHERE rowid IN (SELECT f.rowid FROM profiles f SEMI JOIN reports USING (article_id))
)
SELECT r.story_id, own.profile FROM reports r JOIN own USING (article_id)
ORDER BY r.story_id, own.article_id
