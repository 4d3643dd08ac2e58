-- What the front page can be narrowed by, with how many articles of stories each has.
SELECT 'language' AS field, language AS value, count(*) AS article_count
FROM articles WHERE story_id IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'kind', kind, count(*) FROM articles WHERE story_id IS NOT NULL GROUP BY ALL
UNION ALL
(SELECT 'publisher', publisher, count(*) FROM articles WHERE story_id IS NOT NULL AND publisher IS NOT NULL
 GROUP BY ALL ORDER BY 3 DESC, 2 LIMIT 80)
ORDER BY 1, 3 DESC, 2
