-- Pairs that share a key and of which at least one is new: guesses, to be verified. Only articles between the days
-- $first and $last are looked at, and those without a day; a pair more than $days apart is none, and one more than $far
-- apart has to share $far_meetings keys. A key that more than $cap articles have says little, and pairing them all would
-- cost its square: there each meets $reach others on either side, and only those count that met over $meetings such
-- keys: of a large story, all. They stand in the order of their days, and within a day in an order of its own for every
-- key; without a day they stand on any day, another for each.
WITH keys AS MATERIALIZED (SELECT DISTINCT key FROM keyed SEMI JOIN wanted USING (article_id)),
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
crowded AS (
    SELECT key, article_id, day, is_new,
           row_number() OVER (
               PARTITION BY key
               ORDER BY coalesce(day, ends.first + hash(article_id, key) % ends.days), hash(article_id, key), article_id
           ) AS place
    FROM shared CROSS JOIN ends
    WHERE articles > $cap
)
SELECT DISTINCT article_a, article_b FROM (
    SELECT a.article_id AS article_a, b.article_id AS article_b, abs(a.day - b.day) AS gap
    FROM shared a JOIN shared b ON a.key = b.key AND a.article_id < b.article_id
    WHERE a.articles <= $cap AND b.articles <= $cap AND (a.is_new OR b.is_new) AND coalesce(gap <= $days, true)
    GROUP BY ALL
    HAVING count(*) >= CASE WHEN gap > $far THEN $far_meetings ELSE 1 END
    UNION ALL
    SELECT least(a.article_id, b.article_id), greatest(a.article_id, b.article_id), abs(a.day - b.day) AS gap
    FROM (SELECT *, unnest(range(1, $reach + 1)) AS step FROM crowded) a
    JOIN crowded b ON a.key = b.key AND b.place = a.place + a.step
    WHERE (a.is_new OR b.is_new) AND coalesce(gap <= $days, true)
    GROUP BY ALL
    HAVING count(*) >= CASE WHEN gap > $far THEN greatest($meetings, $far_meetings) ELSE $meetings END
)
ORDER BY ALL
