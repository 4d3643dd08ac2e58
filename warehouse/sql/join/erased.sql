-- How many articles of the attached home were erased in this one, or the other way round, with one of each.
WITH sides AS (
    SELECT true AS is_theirs, article_id, content_hash, url, canonical_url, publisher FROM other.articles
    UNION ALL
    SELECT true, article_id, content_hash, url, canonical_url, publisher FROM other.article_versions
    UNION ALL
    SELECT false, article_id, content_hash, url, canonical_url, publisher FROM articles
    UNION ALL
    SELECT false, article_id, content_hash, url, canonical_url, publisher FROM article_versions
), hashes AS (
    SELECT is_theirs, article_id, article_id AS hash, 'article' AS scope FROM sides
    UNION ALL SELECT is_theirs, article_id, content_hash, 'content' FROM sides
    UNION ALL SELECT is_theirs, article_id, md5_number_lower(lower(publisher)), 'publisher' FROM sides
    UNION ALL SELECT is_theirs, article_id, unnest([md5_number_lower(lower(address)), address_hash(address)]), 'url' FROM (
        SELECT is_theirs, article_id, unnest([url, canonical_url]) AS address FROM sides
    )
), marks AS (
    SELECT true AS is_theirs, hash, scope FROM tombstones
    UNION ALL SELECT false, hash, scope FROM other.tombstones
)
SELECT count(DISTINCT h.article_id), min(h.article_id), h.is_theirs
FROM hashes h SEMI JOIN marks m ON m.is_theirs = h.is_theirs AND m.scope = h.scope AND m.hash = h.hash
GROUP BY h.is_theirs ORDER BY h.is_theirs DESC
