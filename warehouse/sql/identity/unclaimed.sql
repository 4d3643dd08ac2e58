-- What the claims of every state can be made of.
SELECT a.article_id, source_ref, external_id, url, canonical_url,
       CASE WHEN list_contains(o.fields, 'publisher') THEN o.publisher ELSE a.publisher END AS publisher,
       CASE WHEN list_contains(o.fields, 'title') THEN o.title ELSE a.title END AS title
FROM articles a LEFT JOIN article_originals o ON o.article_id = a.article_id
UNION ALL
SELECT article_id, source_ref, external_id, url, canonical_url, publisher, title FROM article_versions
