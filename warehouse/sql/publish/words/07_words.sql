INSERT INTO pub._search_words
SELECT DISTINCT word, stem, stem_number FROM search_stems
ANTI JOIN pub._search_words k USING (word, stem)
ORDER BY word, stem
