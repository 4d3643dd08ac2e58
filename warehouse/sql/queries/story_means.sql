-- Mean similarity of two stories: within each and between them, over all pairs of representatives, 0 where none is stored;
-- with what a merge would need, NULL where no link connects the two, and the days that both span. Live blogs and their like decide nothing.
WITH members AS (
    SELECT article_id, story_id FROM articles WHERE story_id IN ($a, $b) AND is_representative AND kind NOT IN ('live_blog', 'round_up', 'digest')
), pairs AS (
    SELECT x.story_id AS story_a, y.story_id AS story_b, sum(1 - sqrt(sqrt(1 - l.score::DOUBLE))) AS total
    FROM links l JOIN members x ON x.article_id = l.article_a JOIN members y ON y.article_id = l.article_b
    WHERE l.relation = 'same_story' GROUP BY ALL
), sizes AS (
    SELECT count(*) FILTER (story_id = $a) AS size_a, count(*) FILTER (story_id = $b) AS size_b FROM members
)
SELECT coalesce((SELECT sum(total) FROM pairs WHERE story_a = $a AND story_b = $a), 0) / nullif(size_a * (size_a - 1) / 2, 0) AS inside_a,
       coalesce((SELECT sum(total) FROM pairs WHERE story_a = $b AND story_b = $b), 0) / nullif(size_b * (size_b - 1) / 2, 0) AS inside_b,
       coalesce((SELECT sum(total) FROM pairs WHERE story_a <> story_b), 0) / nullif(size_a * size_b, 0) AS between,
       (SELECT needed FROM near_stories($a) WHERE story_id = $b) AS needed,
       (SELECT CASE WHEN count(first_published_at) = 2 THEN epoch(max(last_published_at) - min(first_published_at)) / 86400 END
        FROM stories WHERE story_id IN ($a, $b)) AS span_days
FROM sizes
