-- Pairs that share a key and of which at least one is new: guesses, to be verified on the texts. A key that more than
-- $cap articles have says little; there each article meets $reach others on either side, in an order of its own for every key.
WITH shared AS MATERIALIZED (
    SELECT band_key, article_id, article_id IN (SELECT article_id FROM wanted) AS is_new,
           row_number() OVER (PARTITION BY band_key ORDER BY hash(article_id, band_key), article_id) AS place,
           count(*) OVER (PARTITION BY band_key) AS articles
    FROM bands
    WHERE band_key IN (SELECT band_key FROM bands SEMI JOIN wanted USING (article_id))
    QUALIFY articles > 1
)
SELECT DISTINCT article_a, article_b FROM (
    SELECT a.article_id AS article_a, b.article_id AS article_b
    FROM shared a JOIN shared b ON a.band_key = b.band_key AND a.article_id < b.article_id
    WHERE a.articles <= $cap AND b.articles <= $cap AND (a.is_new OR b.is_new)
    UNION ALL
    SELECT least(a.article_id, b.article_id), greatest(a.article_id, b.article_id)
    FROM (SELECT *, unnest(range(1, $reach + 1)) AS step FROM shared WHERE articles > $cap) a
    JOIN shared b ON a.band_key = b.band_key AND b.place = a.place + a.step
    WHERE a.is_new OR b.is_new
)
ORDER BY ALL
