CREATE OR REPLACE TEMP TABLE search_new AS
SELECT (coalesce((SELECT max(number) FROM pub._search_articles), 0) + row_number() OVER (ORDER BY a.article_id))::UINTEGER AS number,
       a.article_id, a.language, a.title, concat_ws(' ', a.standfirst, a.publisher, a.text) AS body
FROM pub.articles a
WHERE a.text IS NOT NULL AND a.rowid > (SELECT place FROM indexed_until) AND a.rowid <= $until
