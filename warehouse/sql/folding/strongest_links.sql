-- The best accepted evidence that each wanted article has.
SELECT article_id, max(score) AS score FROM (
    SELECT article_a AS article_id, score FROM links SEMI JOIN wanted ON links.article_a = wanted.article_id WHERE decision = 'accepted'
    UNION ALL
    SELECT article_b, score FROM links SEMI JOIN wanted ON links.article_b = wanted.article_id WHERE decision = 'accepted'
)
GROUP BY article_id ORDER BY article_id
