UPDATE articles a SET version = r.version
FROM ranked r
WHERE a.article_id = r.article_id AND r.is_current AND r.place IS NOT NULL AND a.version <> r.version
