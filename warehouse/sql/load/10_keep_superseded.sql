-- The version that was current steps back, unless the same content came again with a better date.
INSERT INTO article_versions
SELECT * FROM articles
WHERE rowid IN (SELECT place FROM ranked WHERE was_current AND NOT is_current AND NOT is_replaced)
