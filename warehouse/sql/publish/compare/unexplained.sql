-- Tables of which the fingerprints, all taken together, differ from the published ones by more than the changes that were found.
WITH found AS (
    SELECT 'articles' AS name, count(*) FILTER (is_new) - count(*) FILTER (is_gone) AS row_count,
           bit_xor(xor(xor(coalesce(content, 0), coalesce(was_content, 0)), xor(coalesce(place, 0), coalesce(was_place, 0)))) AS content
    FROM changed_articles
    UNION ALL
    SELECT 'story_relations', count(row_place) - count(published_place), bit_xor(content) FROM changed_relations
)
SELECT n.name
FROM totals_now n LEFT JOIN pub._fingerprint_totals p ON p.name = n.name JOIN found f ON f.name = n.name
WHERE n.row_count IS DISTINCT FROM p.row_count + f.row_count OR n.content IS DISTINCT FROM xor(p.content, coalesce(f.content, 0))
