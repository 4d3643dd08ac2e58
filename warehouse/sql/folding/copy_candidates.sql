-- Pairs that share a band and of which at least one is new: guesses, to be verified on the texts.
SELECT DISTINCT least(fresh.article_id, stored.article_id) AS article_a, greatest(fresh.article_id, stored.article_id) AS article_b
FROM bands AS fresh SEMI JOIN wanted ON fresh.article_id = wanted.article_id
JOIN bands AS stored ON stored.band_key = fresh.band_key AND stored.article_id <> fresh.article_id
ORDER BY ALL
