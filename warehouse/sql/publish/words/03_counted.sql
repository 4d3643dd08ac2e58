-- How often each article has each word; a word of the headline counts three times.
CREATE OR REPLACE TEMP TABLE search_counts AS
SELECT number, language, word, sum(weight) AS frequency FROM (
    SELECT number, language, unnest(pub.search_words(pub.search_folded(title))) AS word, 3 AS weight FROM search_new
    UNION ALL
    SELECT number, language, unnest(pub.search_words(pub.search_folded(body))), 1 FROM search_new
) GROUP BY ALL
