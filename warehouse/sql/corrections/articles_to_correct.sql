-- The wanted articles that somebody corrected, or whose outlet somebody renamed, with the outlet that the source named.
SELECT article_id, publisher FROM articles
WHERE (article_id IN (SELECT article_id FROM corrected) OR publisher IN (SELECT publisher FROM renamed))
  AND ($is_all OR article_id IN (SELECT article_id FROM wanted))
ORDER BY article_id
