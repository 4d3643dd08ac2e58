-- Pairs of stories that were published otherwise, are no more, or are not published yet: those of stories that differ, or all
-- pairs where $every. Pairs of which a story is gone are not published.
CREATE OR REPLACE TEMP TABLE changed_relations AS
WITH ids AS MATERIALIZED (SELECT story_id, format('{:016x}', story_id) AS published_id FROM changed_stories),
stored AS MATERIALIZED (
    FROM relation_now
    WHERE $every OR story_a IN (SELECT story_id FROM ids) OR story_b IN (SELECT story_id FROM ids)
),
now AS (
    FROM stored WHERE story_a IN (SELECT story_id FROM stories) AND story_b IN (SELECT story_id FROM stories)
),
published AS (
    SELECT rowid AS published_place, hash(hash(('0x' || story_a)::UBIGINT, ('0x' || story_b)::UBIGINT, relation, score,
                                               ('0x' || article_a)::UBIGINT, ('0x' || article_b)::UBIGINT)) AS content
    FROM pub.story_relations
    WHERE $every OR story_a IN (SELECT published_id FROM ids) OR story_b IN (SELECT published_id FROM ids)
)
SELECT n.row_place, p.published_place, coalesce(n.content, p.content) AS content
FROM now n FULL JOIN published p ON p.content = n.content
WHERE n.content IS NULL OR p.content IS NULL;
CREATE OR REPLACE TEMP TABLE expected_relations AS
SELECT (SELECT count(*) FROM pub.story_relations) + count(row_place) - count(published_place) AS row_count FROM changed_relations
