INSERT INTO tombstones
SELECT DISTINCT hash, scope, $now, $by, $why FROM (
    SELECT article_id AS hash, 'article' AS scope FROM doomed
    UNION ALL SELECT content_hash, 'content' FROM articles WHERE article_id IN (FROM doomed)
    UNION ALL SELECT content_hash, 'content' FROM article_versions WHERE article_id IN (FROM doomed)
    UNION ALL SELECT md5_number_lower(lower(url)), 'url' FROM articles WHERE article_id IN (FROM doomed) AND url IS NOT NULL
    UNION ALL SELECT md5_number_lower(lower(canonical_url)), 'url' FROM articles
    WHERE article_id IN (FROM doomed) AND canonical_url IS NOT NULL
)
WHERE (hash, scope) NOT IN (SELECT (hash, scope) FROM tombstones)
