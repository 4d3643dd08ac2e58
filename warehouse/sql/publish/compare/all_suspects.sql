-- All articles may differ from what is published.
CREATE OR REPLACE TEMP TABLE suspects AS
SELECT article_id FROM articles UNION SELECT article_id FROM pub._article_fingerprints
