-- How much was erased, withdrawn or dropped: when it changes, older files hold words that must not stay.
SELECT (SELECT count(*) FROM _tombstones) + (SELECT count(*) FROM articles WHERE text IS NULL)
     + (SELECT count(*) FROM article_versions WHERE text IS NULL)
