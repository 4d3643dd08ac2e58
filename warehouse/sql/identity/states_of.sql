-- What is compared of every state of the wanted articles: what the source had, whatever people corrected.
SELECT a.article_id, document_id, CASE WHEN list_contains(o.fields, 'title') THEN o.title ELSE a.title END AS title, text,
       content_hash, CASE WHEN list_contains(o.fields, 'kind') THEN o.kind ELSE a.kind END AS kind, is_paywalled,
       CASE WHEN list_contains(o.fields, 'published') THEN o.published_at ELSE a.published_at END AS published_at,
       CASE WHEN list_contains(o.fields, 'published') THEN o.published_precision ELSE a.published_precision END AS published_precision,
       revision
FROM articles a LEFT JOIN article_originals o ON o.article_id = a.article_id
WHERE a.rowid IN (SELECT w.rowid FROM articles w SEMI JOIN wanted USING (article_id))
UNION ALL
SELECT article_id, document_id, title, text, content_hash, kind, is_paywalled, published_at, published_precision, revision
FROM article_versions WHERE rowid IN (SELECT a.rowid FROM article_versions a SEMI JOIN wanted USING (article_id))
ORDER BY ALL
