UPDATE article_versions v SET version = r.version
FROM ranked r
WHERE v.article_id = r.article_id AND v.content_hash = r.content_hash
  AND NOT r.is_current AND NOT r.is_replaced AND r.place IS NOT NULL AND v.version <> r.version
