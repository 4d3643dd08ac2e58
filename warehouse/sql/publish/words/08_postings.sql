-- DuckDB stores the differences between numbers that follow each other, 2,048 at a time and all as wide as the widest.
-- So lists that are about as dense lie together, and every other one runs backwards: it begins near where the one before ends.
INSERT INTO pub._search_postings
SELECT stem_number, number, frequency FROM (
    SELECT s.stem_number, c.number, least(255, sum(c.frequency))::UTINYINT AS frequency
    FROM search_counts c JOIN search_stems s ON s.language = c.language AND s.word = c.word
    GROUP BY s.stem_number, c.number
)
ORDER BY floor(log2(frequency)), stem_number, CASE WHEN stem_number % 2 = 1 THEN number::BIGINT ELSE -number::BIGINT END
