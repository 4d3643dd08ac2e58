-- Languages of the articles of two homes that both have: stories and copies never cross from one language to another.
SELECT DISTINCT language FROM articles SEMI JOIN other.articles USING (language) ORDER BY ALL
