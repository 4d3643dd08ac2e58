-- Everything that can bring two articles into one copy group or story at a threshold, or did so until now.
SELECT article_a, article_b FROM links
WHERE CASE relation WHEN 'same_story' THEN score >= $threshold ELSE decision = 'passes' END
UNION ALL
SELECT min(article_id) OVER (PARTITION BY copy_group_id), article_id FROM copy_members
UNION ALL
SELECT min(article_id) OVER (PARTITION BY story_id), article_id FROM story_articles
UNION ALL
SELECT article_a, article_b FROM decisions WHERE revoked_at IS NULL AND article_b IS NOT NULL
