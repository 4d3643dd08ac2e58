CREATE OR REPLACE TEMP TABLE search_stemmed AS
WITH bases AS MATERIALIZED (
    SELECT w.language, w.word, w.articles, pub.search_base(w.word, r.language) AS base, r.language AS ruled, r.shortest, r.endings
    FROM (SELECT language, word, count(*) AS articles FROM search_counts GROUP BY ALL) w
    LEFT JOIN pub._search_rules r ON r.language = w.language
),
cuts AS MATERIALIZED (SELECT *, pub.search_cut(base, shortest, endings) AS cut FROM bases)
SELECT language, word, articles, coalesce(pub.search_end(word, cut, ruled), word) AS stem FROM cuts
