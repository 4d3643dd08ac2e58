-- Outlets that report on the same stories most often.
WITH own AS (SELECT DISTINCT story_id FROM articles WHERE publisher = $publisher AND story_id IS NOT NULL)
SELECT a.publisher, count(DISTINCT a.story_id) AS shared_count
FROM articles a JOIN own ON own.story_id = a.story_id
WHERE a.publisher IS NOT NULL AND a.publisher <> $publisher
GROUP BY a.publisher ORDER BY shared_count DESC, a.publisher LIMIT 20
