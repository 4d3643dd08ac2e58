-- One step over passing links of the wanted relations, in either direction.
SELECT DISTINCT article_id FROM (
    SELECT article_b AS article_id FROM links SEMI JOIN wanted ON links.article_a = wanted.article_id
    WHERE linked_at >= $since AND decision = 'passes' AND list_contains($relations, relation)
    UNION ALL
    SELECT article_a FROM links SEMI JOIN wanted ON links.article_b = wanted.article_id
    WHERE linked_at >= $since AND decision = 'passes' AND list_contains($relations, relation)
) ORDER BY article_id
