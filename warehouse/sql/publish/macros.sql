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

CREATE MACRO coverage(outlet) AS TABLE
    SELECT s.story_id, s.title, count(*) AS articles_here, s.publisher_count, min(a.published_at) AS first_here_at,
           s.first_published_at, round(date_diff('minute', s.first_published_at, min(a.published_at)) / 60, 1) AS hours_behind,
           bool_or(a.is_canonical) AS is_canonical
    FROM articles a JOIN stories s ON s.story_id = a.story_id
    WHERE a.publisher = outlet
    GROUP BY s.story_id, s.title, s.publisher_count, s.first_published_at
    ORDER BY first_here_at DESC NULLS LAST, s.story_id;
COMMENT ON MACRO TABLE coverage IS 'Stories an outlet reported on and how long after the first: FROM coverage(''Example Times'')';

CREATE MACRO search_stories(words) AS TABLE
    WITH asked AS MATERIALIZED (
        SELECT list_transform(
            list_filter(string_split(regexp_replace(strip_accents(lower(words)), '[^\p{L}\p{N}]+', ' ', 'g'), ' '),
                        lambda w: w <> ''),
            -- scripts written without spaces are looked for anywhere, others at the start of a word
            lambda w: CASE WHEN regexp_matches(w, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]') THEN w ELSE ' ' || w END) AS terms
    )
    SELECT s.* FROM stories s
    WHERE s.story_id IN (
        SELECT x.story_id FROM _search x, asked
        WHERE len(terms) > 0 AND contains(x.words, terms[1])
          AND (len(terms) < 2 OR len(list_filter(terms, lambda w: NOT contains(x.words, w))) = 0))
    ORDER BY s.last_published_at DESC NULLS LAST, s.story_id;
COMMENT ON MACRO TABLE search_stories IS 'Stories whose headlines, outlets or key terms have all these words (beginnings will do): FROM search_stories(''bridge closure'')';
