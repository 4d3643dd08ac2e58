-- Pairs that share a key and of which at least one is new: guesses, to be verified. A key that more than $cap articles
-- have says little, and pairing them all would cost its square: there each meets $reach others on either side, in an
-- order of its own for every key, and only those count that met over $meetings such keys: of a large story, all.
WITH shared AS MATERIALIZED (
    SELECT k.key, k.article_id, n.article_id IS NOT NULL AS is_new, count(*) OVER (PARTITION BY k.key) AS articles
    FROM keyed k LEFT JOIN wanted n ON n.article_id = k.article_id
    WHERE k.key IN (SELECT key FROM keyed SEMI JOIN wanted USING (article_id))
    QUALIFY articles > 1
),
crowded AS (
    SELECT key, article_id, is_new,
           row_number() OVER (PARTITION BY key ORDER BY hash(article_id, key), article_id) AS place
    FROM shared
    WHERE articles > $cap
)
SELECT DISTINCT article_a, article_b FROM (
    SELECT a.article_id AS article_a, b.article_id AS article_b
    FROM shared a JOIN shared b ON a.key = b.key AND a.article_id < b.article_id
    WHERE a.articles <= $cap AND b.articles <= $cap AND (a.is_new OR b.is_new)
    UNION ALL
    SELECT least(a.article_id, b.article_id), greatest(a.article_id, b.article_id)
    FROM (SELECT *, unnest(range(1, $reach + 1)) AS step FROM crowded) a
    JOIN crowded b ON a.key = b.key AND b.place = a.place + a.step
    WHERE a.is_new OR b.is_new
    GROUP BY ALL
    HAVING count(*) >= $meetings
)
ORDER BY ALL
