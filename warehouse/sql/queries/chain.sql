-- What holds two articles of one story: the members that either hangs on, up to the one that all hang on.
WITH RECURSIVE members AS MATERIALIZED (
    SELECT article_id, via_article_id, decided_by FROM story_articles
    WHERE story_id = (SELECT story_id FROM story_articles WHERE article_id = $a)
), steps AS (
    SELECT 'a' AS side, 0 AS depth, article_id, via_article_id, decided_by FROM members WHERE article_id = $a
    UNION ALL
    SELECT 'b', 0, article_id, via_article_id, decided_by FROM members WHERE article_id = $b
    UNION ALL
    SELECT s.side, s.depth + 1, m.article_id, m.via_article_id, m.decided_by
    FROM steps s JOIN members m ON m.article_id = s.via_article_id WHERE s.depth < 10000
), pairs AS MATERIALIZED (
    SELECT *, least(article_id, via_article_id) AS article_a, greatest(article_id, via_article_id) AS article_b FROM steps
), scored AS (
    SELECT article_a, article_b, max(score) AS score FROM links
    WHERE decision = 'passes' AND article_a IN (SELECT article_a FROM pairs) GROUP BY article_a, article_b
)
SELECT p.side, p.article_id, a.title, a.publisher, p.via_article_id, p.decided_by, l.score
FROM pairs p JOIN articles a ON a.article_id = p.article_id
LEFT JOIN scored l ON l.article_a = p.article_a AND l.article_b = p.article_b
ORDER BY p.side, p.depth
