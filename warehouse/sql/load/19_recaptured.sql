-- The same content, captured again: the article stays as it is, but is known to have stood until then.
UPDATE articles a SET captured_at = c.captured_at
FROM chosen c
WHERE a.article_id = c.article_id AND a.content_hash = c.content_hash
  AND c.captured_at > coalesce(a.captured_at, TIMESTAMP '0001-01-01')
