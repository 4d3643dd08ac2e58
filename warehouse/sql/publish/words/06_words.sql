INSERT INTO pub._search_words
SELECT DISTINCT s.word, s.stem FROM search_stemmed s
ANTI JOIN pub._search_words k ON k.word = s.word AND k.stem = s.stem
ORDER BY s.word, s.stem
