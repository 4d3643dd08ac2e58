-- How far documents came: those known, those that cleaning made an article of, the articles, and those in stories.
SELECT count(*) AS arrived,
       count(*) FILTER (disposition IN ('loaded', 'new_version', 'erased') OR reason IN ('resembles_erased', 'withdrawal')) AS cleaned,
       (SELECT count(*) FROM articles) AS loaded,
       (SELECT count(*) FROM articles WHERE story_id IS NOT NULL) AS "in stories"
FROM documents
