INSERT INTO tombstones
SELECT DISTINCT hash, scope, $now, $by, $why FROM (
    SELECT article_id AS hash, 'article' AS scope FROM doomed
    UNION ALL SELECT content_hash, 'content' FROM articles WHERE article_id IN (FROM doomed)
    UNION ALL SELECT content_hash, 'content' FROM article_versions WHERE article_id IN (FROM doomed)
    UNION ALL SELECT unnest([md5_number_lower(lower(address)), address_hash(address)]), 'url' FROM (
        SELECT unnest([url, canonical_url]) AS address FROM articles WHERE article_id IN (FROM doomed)
        UNION ALL SELECT unnest([url, canonical_url]) FROM article_versions WHERE article_id IN (FROM doomed)
    ) WHERE address IS NOT NULL
)
WHERE (hash, scope) NOT IN (SELECT (hash, scope) FROM tombstones)
