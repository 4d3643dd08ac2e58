-- The number of each stem: the one it has, else the next, the commonest first.
CREATE OR REPLACE TEMP TABLE search_stems AS
WITH known AS (SELECT DISTINCT stem, stem_number FROM pub._search_words),
found AS (SELECT stem, sum(articles) AS articles FROM search_stemmed GROUP BY stem),
numbered AS (
    FROM known
    UNION ALL
    SELECT stem, ((SELECT coalesce(max(stem_number), 0) FROM known) + row_number() OVER (ORDER BY articles DESC, stem))::UINTEGER
    FROM found ANTI JOIN known USING (stem)
)
SELECT language, word, stem, stem_number FROM search_stemmed JOIN numbered USING (stem)
