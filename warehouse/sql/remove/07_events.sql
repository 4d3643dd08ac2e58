INSERT INTO story_events (story_id, event, other_story_id, article_count, happened_at, run_id)
SELECT s.story_id, CASE WHEN count(m.article_id) = 0 THEN 'dissolved' ELSE 'shrunk' END, NULL, count(m.article_id), $now, $run_id
FROM shrunk_stories s LEFT JOIN story_articles m USING (story_id)
GROUP BY s.story_id
