-- Stories for the front page, by `order`: many independent sources and of the last days (weight), the newest (time), or
-- most independent sources, then most articles, whatever their age (size). Ranked by few columns; the others are read for
-- the stories of the page alone.
WITH newest AS (SELECT max(last_published_at) AS at FROM stories),
fitting AS MATERIALIZED (
    SELECT s.rowid AS place, s.story_id, s.last_published_at,
           CASE WHEN $order = 'time' THEN 0.0
                WHEN $order = 'size' THEN s.independent_count + s.article_count / 1e6
                -- a story loses half of its weight in two days
                ELSE (s.independent_count + 0.2 * (s.article_count - s.independent_count))
                     * pow(0.5, coalesce(date_diff('minute', s.last_published_at, n.at), 14400) / 2880.0) END AS weight
    FROM stories s CROSS JOIN newest n
    WHERE ($language IS NULL OR s.language = $language)
      AND ($since IS NULL OR s.last_published_at >= $since)
      AND ($sources IS NULL OR s.independent_count >= $sources)
      AND ($publisher IS NULL AND $kind IS NULL OR s.story_id IN (
            SELECT m.story_id FROM articles m
            WHERE m.story_id IS NOT NULL
              AND ($publisher IS NULL OR m.publisher = $publisher) AND ($kind IS NULL OR m.kind = $kind)))
),
chosen AS MATERIALIZED (
    SELECT place, story_id, weight FROM fitting
    ORDER BY weight DESC, last_published_at DESC NULLS LAST, story_id LIMIT $limit OFFSET $offset
),
shown AS MATERIALIZED (
    SELECT s.*, coalesce(s.latest_article_id, s.canonical_article_id) AS shown_article_id
    FROM stories s WHERE s.rowid IN (SELECT place FROM chosen)
),
recent AS (
    SELECT story_id, count(*) AS joined_count
    FROM story_articles
    WHERE joined_at > (SELECT max(joined_at) FROM story_articles) - INTERVAL 24 HOUR
      AND story_id IN (SELECT story_id FROM chosen)
    GROUP BY story_id
),
placed AS MATERIALIZED (
    SELECT a.rowid AS place FROM shown s JOIN articles a ON a.article_id = s.shown_article_id
),
latest AS (
    SELECT article_id, publisher, published_at, published_precision, lead
    FROM articles WHERE rowid IN (SELECT place FROM placed) -- wide columns are read where these are
)
SELECT s.story_id, s.title, s.latest_title, s.language, s.article_count, s.independent_count, s.publisher_count,
       s.copy_group_count, s.undated_count, s.first_published_at, s.last_published_at, s.created_at, s.updated_at,
       a.publisher AS latest_publisher, a.published_at AS latest_at, a.published_precision AS latest_precision,
       a.article_id AS latest_article_id, a.lead, coalesce(r.joined_count, 0) AS joined_count,
       (SELECT count(*) FROM fitting) AS found_count
FROM chosen c
JOIN shown s ON s.story_id = c.story_id
LEFT JOIN latest a ON a.article_id = s.shown_article_id
LEFT JOIN recent r ON r.story_id = c.story_id
ORDER BY c.weight DESC, s.last_published_at DESC NULLS LAST, s.story_id
