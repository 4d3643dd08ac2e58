CREATE MACRO story_timeline(id) AS TABLE
    WITH asked AS MATERIALIZED (SELECT lower(id) AS story_id),
    current AS MATERIALIZED (
        SELECT story_id FROM asked
        UNION
        SELECT r.current_story_id FROM story_redirects r JOIN asked ON r.story_id = asked.story_id
    )
    -- an article says itself which story it is in, which spares looking through all of them
    SELECT a.published_at, a.publisher, a.title, m.role, m.score, a.wire_agency, a.url, a.article_id
    FROM current
    JOIN story_articles m ON m.story_id = current.story_id
    JOIN articles a ON a.article_id = m.article_id AND a.story_id = m.story_id
    ORDER BY a.published_at NULLS LAST, a.article_id;
COMMENT ON MACRO TABLE story_timeline IS 'Who reported a story, in order of time: FROM story_timeline(''0123456789abcdef'')';

CREATE MACRO stories_between(a, b) AS TABLE
    SELECT * FROM stories
    WHERE last_published_at >= CAST(a AS TIMESTAMP) AND first_published_at < CAST(b AS TIMESTAMP)
    ORDER BY first_published_at, story_id;
COMMENT ON MACRO TABLE stories_between IS 'Stories reported on from a (included) to b (not included): FROM stories_between(''2026-02-01'', ''2026-02-08'')';

-- When an article can have been published: the interval that the source states, else what its precision leaves open.
CREATE MACRO published_interval(published_at, published_precision, published_from, published_until) AS {
    'earliest': coalesce(published_from, published_at),
    'latest': coalesce(published_until,
                       CASE published_precision WHEN 'day' THEN published_at + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND ELSE published_at END)
};
COMMENT ON MACRO published_interval IS 'Earliest and latest time that an article can have been published, UTC: SELECT published_interval(published_at, published_precision, published_from, published_until).earliest FROM articles';

CREATE MACRO coverage(outlet) AS TABLE
    WITH reports AS (
        SELECT story_id, publisher, published_at, is_canonical,
               published_interval(published_at, published_precision, published_from, published_until) AS span
        FROM articles WHERE story_id IN (SELECT story_id FROM articles WHERE publisher = outlet)
    ), by_story AS (
        SELECT story_id, count(*) FILTER (publisher = outlet) AS articles_here,
               min(published_at) FILTER (publisher = outlet) AS first_here_at,
               min(span.earliest) FILTER (publisher = outlet) AS earliest_here,
               min(span.latest) AS latest_first, bool_or(is_canonical) FILTER (publisher = outlet) AS is_canonical
        FROM reports GROUP BY story_id
    )
    SELECT s.story_id, s.title, t.articles_here, s.publisher_count, t.first_here_at, s.first_published_at,
           greatest(0, round(date_diff('minute', t.latest_first, t.earliest_here) / 60, 1)) AS hours_behind, t.is_canonical
    FROM by_story t JOIN stories s ON s.story_id = t.story_id
    ORDER BY t.first_here_at DESC NULLS LAST, s.story_id;
COMMENT ON MACRO TABLE coverage IS 'Stories an outlet reported on, and how many hours at least it was behind the first; a day without its hour is nobody''s delay: FROM coverage(''Example Times'')';

CREATE MACRO first_reports(id) AS TABLE
    WITH reports AS (
        SELECT article_id, publisher, title, published_at, published_precision,
               published_interval(published_at, published_precision, published_from, published_until) AS span
        FROM articles
        WHERE story_id IN (SELECT lower(id) UNION SELECT current_story_id FROM story_redirects WHERE story_id = lower(id))
          AND published_at IS NOT NULL
    )
    SELECT article_id, publisher, title, published_at, published_precision,
           span.earliest AS earliest, span.latest AS latest
    FROM reports WHERE span.earliest <= (SELECT min(span.latest) FROM reports)
    ORDER BY latest, article_id;
COMMENT ON MACRO TABLE first_reports IS 'Reports of a story that can have been the first, given how exactly their times are stated: FROM first_reports(''0123456789abcdef'')';

-- What a merge of two stories needs, by the constants of the story model; the names are those of the model.
CREATE MACRO near_stories(
    id, neighbours := 25, separation := 1.0, short_separation := 0.2, cohesion := 0.8, short_cohesion := 0.5,
    cohesion_doubt := 0.5, short_margin := 0.4, short_margin_decay := 0.75, full_words := 75.0
) AS TABLE
    WITH own AS (
        SELECT coalesce((SELECT current_story_id FROM story_redirects WHERE story_id = lower(id)), lower(id)) AS story_id
    ), texts AS (
        -- live blogs and their like speak of several events and decide nothing
        SELECT article_id, story_id, greatest(0, 1 - word_count / full_words) AS shortness FROM articles
        WHERE is_representative AND story_id IS NOT NULL AND kind NOT IN ('live_blog', 'round_up', 'digest')
    ), next_to AS (
        SELECT CASE WHEN a.story_id = (SELECT story_id FROM own) THEN l.article_b ELSE l.article_a END AS article_id
        FROM (FROM links WHERE relation = 'same_story' AND (
            article_a IN (SELECT article_id FROM texts WHERE story_id = (SELECT story_id FROM own))
            OR article_b IN (SELECT article_id FROM texts WHERE story_id = (SELECT story_id FROM own)))) l
        JOIN texts a ON a.article_id = l.article_a
    ), concerned AS MATERIALIZED (
        SELECT DISTINCT story_id FROM texts WHERE article_id IN (SELECT article_id FROM next_to)
        UNION SELECT story_id FROM own
    ), read AS (
        SELECT article_id FROM texts SEMI JOIN concerned USING (story_id)
    ), pairs AS MATERIALIZED (
        SELECT a.article_id AS article_a, b.article_id AS article_b, a.story_id AS story_a, b.story_id AS story_b,
               1 - sqrt(sqrt(1 - l.score::DOUBLE)) AS similarity, l.score >= l.threshold AS passes,
               1 - sqrt(sqrt(1 - l.threshold::DOUBLE)) AS least
        FROM (FROM links WHERE relation = 'same_story'
              AND (article_a IN (SELECT article_id FROM read) OR article_b IN (SELECT article_id FROM read))) l
        JOIN texts a ON a.article_id = l.article_a JOIN texts b ON b.article_id = l.article_b
    ), ends AS (
        SELECT story_a AS story_id, article_a AS article_id, story_b AS other_id, similarity, passes, least FROM pairs
        UNION ALL
        SELECT story_b, article_b, story_a, similarity, passes, least FROM pairs WHERE story_a <> story_b
    ), beside AS (
        SELECT other_id AS story_id, sum(similarity) AS total, max(least) AS least
        FROM ends WHERE story_id = (SELECT story_id FROM own) AND other_id <> story_id GROUP BY other_id
    ), sizes AS (
        SELECT story_id, count(*) AS texts, avg(shortness) AS shortness
        FROM texts SEMI JOIN concerned USING (story_id) GROUP BY story_id
    ), inner_sums AS (
        SELECT story_a AS story_id, sum(similarity) AS total FROM pairs
        WHERE story_a = story_b AND story_a IN (SELECT story_id FROM concerned) GROUP BY story_a
    ), inner_means AS (
        SELECT s.*, coalesce(i.total, 0) / nullif(s.texts * (s.texts - 1) / 2, 0) AS similarity
        FROM sizes s LEFT JOIN inner_sums i ON i.story_id = s.story_id
    ), outside AS (
        -- for each story beside: the nearest texts outside of both to each text of the two
        SELECT b.story_id, e.similarity,
               row_number() OVER (PARTITION BY b.story_id, e.article_id ORDER BY e.similarity DESC) AS nth
        FROM beside b JOIN ends e ON e.story_id IN (b.story_id, (SELECT story_id FROM own))
        WHERE e.other_id NOT IN (b.story_id, (SELECT story_id FROM own)) AND e.passes
    ), nearest AS (
        SELECT story_id, sum(similarity) AS total FROM outside WHERE nth <= neighbours GROUP BY story_id
    ), joined AS (
        SELECT b.story_id, b.least, b.total / (mine.texts * theirs.texts) AS similarity, mine.similarity AS own_similarity,
               theirs.similarity AS their_similarity, mine.texts + theirs.texts AS texts,
               coalesce(n.total, 0) / ((mine.texts + theirs.texts) * neighbours) AS neighbourhood,
               (mine.shortness * mine.texts + theirs.shortness * theirs.texts) / (mine.texts + theirs.texts) AS short,
               greatest(mine.shortness, theirs.shortness) AS shorter, least(mine.texts, theirs.texts) - 1 AS proof
        FROM beside b JOIN inner_means theirs ON theirs.story_id = b.story_id
        JOIN inner_means mine ON mine.story_id = (SELECT story_id FROM own) LEFT JOIN nearest n ON n.story_id = b.story_id
    )
    SELECT b.story_id, s.title, b.similarity, b.own_similarity, b.their_similarity, b.neighbourhood, b.least AS least_needed,
           greatest(
               b.least + (separation + b.short * (short_separation - separation)) * b.neighbourhood
                   + (b.short + b.shorter) / 2 * short_margin / pow(b.texts / 2, short_margin_decay),
               CASE WHEN b.proof > 0 THEN (cohesion + b.short * (short_cohesion - cohesion)) * b.proof / (b.proof + cohesion_doubt)
                   * sqrt(b.own_similarity * b.their_similarity) ELSE 0 END) AS needed
    FROM joined b JOIN stories s ON s.story_id = b.story_id
    ORDER BY b.similarity DESC, b.story_id;
COMMENT ON MACRO TABLE near_stories IS 'Stories that are compared with a story and stay apart: mean similarity between the two over all pairs of different texts (0 where no link is kept), within the one and within the other (NULL with one text); neighbourhood: the mean similarity of the 25 nearest texts outside of both to each of theirs; needed: what similarity would have to be for the two to be one, least_needed that for full texts with no others near. A story with similarity from needed on is apart by a decision, by time, or since it was closer to another: FROM near_stories(''0123456789abcdef'')';
