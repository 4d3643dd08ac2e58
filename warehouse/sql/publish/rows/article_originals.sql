-- What was withdrawn or is under an embargo has no words here either.
SELECT format('{:016x}', o.article_id) AS article_id, o.fields, CASE WHEN h.article_id IS NULL THEN o.title END AS title,
       o.* EXCLUDE (article_id, fields, title, published_text),
       CASE WHEN h.article_id IS NULL THEN o.published_text END AS published_text
FROM article_originals o LEFT JOIN hidden_articles h ON h.article_id = o.article_id
WHERE NOT coalesce(h.is_embargoed, false)
ORDER BY o.article_id
