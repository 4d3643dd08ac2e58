-- Which articles a run took out of a story, and where they are by now.
SELECT e.article_id, a.title, a.publisher, e.story_id AS from_story_id, m.story_id AS to_story_id, t.title AS to_title,
       t.article_count AS to_article_count, m.story_id IN (
           SELECT story_id FROM story_events WHERE run_id = $run_id AND event IN ('born', 'restored')) AS is_new
FROM story_events e
JOIN articles a ON a.article_id = e.article_id
LEFT JOIN story_articles m ON m.article_id = e.article_id
LEFT JOIN stories t ON t.story_id = m.story_id
WHERE e.run_id = $run_id AND e.event = 'left' AND e.story_id IS DISTINCT FROM m.story_id
ORDER BY e.story_id, m.story_id NULLS LAST, a.published_at NULLS LAST, e.article_id
