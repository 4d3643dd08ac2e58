-- Every version of an article, oldest first, the current one last.
SELECT version, title, text, published_at, updated_at, captured_at, first_seen_at, last_changed_at, source_ref, 0 AS is_current
FROM article_versions WHERE article_id = $article_id
UNION ALL
SELECT version, title, text, published_at, updated_at, captured_at, first_seen_at, last_changed_at, source_ref, 1
FROM articles WHERE article_id = $article_id
ORDER BY is_current, version
