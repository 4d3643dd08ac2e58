-- Whether all articles but the suspects are as they were published, by their fingerprints taken together. An article
-- that is gone or new and no suspect shows in the numbers.
WITH published AS (
    SELECT count(*) AS articles, coalesce(bit_xor(content), 0) AS content, coalesce(bit_xor(place), 0) AS place
    FROM pub._article_fingerprints ANTI JOIN suspects USING (article_id)
),
contents AS (
    SELECT count(*) AS articles, coalesce(bit_xor(content), 0) AS content FROM article_contents ANTI JOIN suspects USING (article_id)
),
places AS (
    SELECT coalesce(bit_xor(place), 0) AS place FROM (
        SELECT place FROM story_places ANTI JOIN suspects USING (article_id)
        UNION ALL
        SELECT place FROM group_places ANTI JOIN suspects USING (article_id)
    )
)
SELECT p.articles = c.articles AND p.content = c.content AND p.place = n.place
FROM published p CROSS JOIN contents c CROSS JOIN places n
