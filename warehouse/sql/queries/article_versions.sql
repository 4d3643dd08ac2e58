SELECT article_id, version, coalesce(title, '') AS title, coalesce(text, '') AS text, published_at, updated_at, word_count, content_hash,
       source_ref, last_changed_at, run_id
FROM (
    SELECT article_id, version, title, text, published_at, updated_at, word_count, content_hash, source_ref, last_changed_at,
           run_id FROM article_versions
    UNION ALL
    SELECT article_id, version, title, text, published_at, updated_at, word_count, content_hash, source_ref, last_changed_at,
           run_id FROM articles
)
WHERE article_id = $article_id
ORDER BY version
