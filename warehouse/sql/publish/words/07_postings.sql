INSERT INTO pub._search_postings
SELECT s.stem_hash, c.number, least(255, sum(c.frequency))::UTINYINT AS frequency
FROM search_counts c JOIN search_stemmed s ON s.language = c.language AND s.word = c.word
GROUP BY s.stem_hash, c.number ORDER BY s.stem_hash, c.number
