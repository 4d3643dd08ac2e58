-- States whose file holds another state now.
UPDATE article_versions v SET is_superseded = true
FROM ranked r
WHERE v.article_id = r.article_id AND v.content_hash = r.content_hash AND r.place IS NOT NULL
  AND r.is_superseded AND NOT r.was_superseded AND NOT r.is_replaced;
UPDATE articles a SET is_superseded = true
FROM ranked r
WHERE a.article_id = r.article_id AND a.content_hash = r.content_hash AND r.place IS NOT NULL
  AND r.is_superseded AND NOT r.was_superseded AND NOT r.is_replaced
