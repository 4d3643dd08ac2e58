-- Pairs that share a blocking key and of which at least one is new: candidates, to be verified. Only articles between the
-- days $first and $last are read, and those without a day; a pair more than $days apart is none, and one more than
-- $far_days apart has to share $far_shared_blocks keys. Pairing all articles of an oversized block (more than $block_size)
-- would cost its square: there each is paired with the $window next ones on either side (sorted neighbourhood), and a pair
-- counts when it was found in $shared_blocks such blocks: of a large story, all. A block is sorted by day, and within a day
-- in an order of its own; an article without a day gets any day, another for each key.
WITH keys AS MATERIALIZED (SELECT DISTINCT key FROM wanted_keys),
-- Keys first: planned together with what is new, every row of those days would be joined before its key is looked at.
found AS (
    SELECT key, article_id, day, count(*) OVER (PARTITION BY key) AS articles FROM keyed SEMI JOIN keys USING (key)
    WHERE day BETWEEN $first AND $last OR day IS NULL
    QUALIFY articles > 1
),
shared AS MATERIALIZED (
    SELECT f.*, w.article_id IS NOT NULL AS is_new FROM found f LEFT JOIN wanted w ON w.article_id = f.article_id
),
ends AS MATERIALIZED (SELECT min(day) AS first, max(day) - min(day) + 1 AS days FROM shared),
oversized AS (
    SELECT key, article_id, day, is_new,
           row_number() OVER (
               PARTITION BY key
               ORDER BY coalesce(day, ends.first + hash(article_id, key) % ends.days), hash(article_id, key), article_id
           ) AS position
    FROM shared CROSS JOIN ends
    WHERE articles > $block_size
)
SELECT DISTINCT article_a, article_b FROM (
    SELECT a.article_id AS article_a, b.article_id AS article_b, abs(a.day - b.day) AS gap
    FROM shared a JOIN shared b ON a.key = b.key AND a.article_id < b.article_id
    WHERE a.articles <= $block_size AND b.articles <= $block_size AND (a.is_new OR b.is_new) AND coalesce(gap <= $days, true)
    GROUP BY ALL
    HAVING count(*) >= CASE WHEN gap > $far_days THEN $far_shared_blocks ELSE 1 END
    UNION ALL
    SELECT least(a.article_id, b.article_id), greatest(a.article_id, b.article_id), abs(a.day - b.day) AS gap
    FROM (SELECT *, unnest(range(1, $window + 1)) AS step FROM oversized) a
    JOIN oversized b ON a.key = b.key AND b.position = a.position + a.step
    WHERE (a.is_new OR b.is_new) AND coalesce(gap <= $days, true)
    GROUP BY ALL
    HAVING count(*) >= CASE WHEN gap > $far_days THEN greatest($shared_blocks, $far_shared_blocks) ELSE $shared_blocks END
)
ORDER BY ALL
