-- What is stored between the wanted stories and others: the mean of the best links of each pair, and the best one. Links
-- are looked for by their ends first: joined to their stories as a whole, all of them would be read.
WITH own AS MATERIALIZED (
    SELECT article_id FROM story_articles WHERE story_id IN (SELECT story_id FROM wanted)
), since AS ( -- no link is older than its articles
    SELECT min(first_seen_at) FROM articles SEMI JOIN own USING (article_id)
), touching AS MATERIALIZED (
    SELECT article_a, article_b, score FROM links SEMI JOIN own ON own.article_id = links.article_a
    WHERE relation = 'same_story' AND linked_at >= (FROM since)
    UNION ALL
    SELECT article_a, article_b, score FROM links SEMI JOIN own ON own.article_id = links.article_b
    WHERE relation = 'same_story' AND linked_at >= (FROM since) AND article_a NOT IN (FROM own)
), ends AS (
    SELECT l.article_a, l.article_b, l.score, a.story_id AS story_of_a, b.story_id AS story_of_b
    FROM touching l
    JOIN story_articles a ON a.article_id = l.article_a
    JOIN story_articles b ON b.article_id = l.article_b
    WHERE a.story_id <> b.story_id
), ordered AS (
    SELECT least(story_of_a, story_of_b) AS story_a, greatest(story_of_a, story_of_b) AS story_b, score,
           CASE WHEN story_of_a < story_of_b THEN article_a ELSE article_b END AS article_a,
           CASE WHEN story_of_a < story_of_b THEN article_b ELSE article_a END AS article_b
    FROM ends
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY story_a, story_b ORDER BY score DESC, article_a, article_b) AS nth
    FROM ordered
)
SELECT r.story_a, r.story_b, avg(CAST(r.score AS DOUBLE)) AS score,
       arg_min(r.article_a, r.nth) AS article_a, arg_min(r.article_b, r.nth) AS article_b,
       any_value(a.first_published_at) AS first_a, any_value(b.first_published_at) AS first_b
FROM ranked r JOIN stories a ON a.story_id = r.story_a JOIN stories b ON b.story_id = r.story_b
WHERE r.nth <= $best_links
GROUP BY r.story_a, r.story_b
HAVING avg(CAST(r.score AS DOUBLE)) >= $least_score
ORDER BY r.story_a, r.story_b
