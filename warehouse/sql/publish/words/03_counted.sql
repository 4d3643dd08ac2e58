-- How often each article has each word; a word of the headline counts three times.
CREATE OR REPLACE TEMP TABLE search_counts AS
SELECT number, language, word, count(*) AS frequency FROM (
    SELECT number, language, unnest(head || head || head || rest) AS word
    FROM (
        SELECT number, language, pub.search_words(pub.search_folded(coalesce(title, ''))) AS head,
               pub.search_words(pub.search_folded(body)) AS rest
        FROM search_new
    )
) GROUP BY ALL
