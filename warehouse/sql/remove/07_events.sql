INSERT INTO story_events
SELECT s.story_id, CASE WHEN count(m.article_id) = 0 THEN 'dissolved' ELSE 'shrunk' END, NULL, count(m.article_id), $now, $run_id
FROM shrunk_stories s LEFT JOIN story_articles m USING (story_id)
GROUP BY s.story_id
