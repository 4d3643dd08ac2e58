-- How much there is, and how fresh it is.
SELECT (SELECT count(*) FROM stories) AS story_count, (SELECT count(*) FROM articles) AS article_count,
       (SELECT max(finished_at) FROM runs WHERE status = 'done') AS last_run_at,
       (SELECT max(last_published_at) FROM stories) AS newest_at
