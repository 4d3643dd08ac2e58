-- Pairs that share enough blocking keys and of which at least one is new.
SELECT article_a, article_b FROM (
    SELECT least(fresh.article_id, stored.article_id) AS article_a, greatest(fresh.article_id, stored.article_id) AS article_b,
           fresh.key AS key
    FROM story_keys AS fresh SEMI JOIN wanted ON fresh.article_id = wanted.article_id
    JOIN story_keys AS stored ON stored.key = fresh.key AND stored.article_id <> fresh.article_id
)
GROUP BY article_a, article_b HAVING count(DISTINCT key) >= $shared
ORDER BY article_a, article_b
