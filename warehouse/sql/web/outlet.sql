-- What an outlet is made of: articles, stories, agency text, reprints, and how often it was first.
SELECT count(*) AS article_count, count(DISTINCT a.story_id) AS story_count,
       count(*) FILTER (WHERE a.wire_agency IS NOT NULL) AS agency_count,
       count(*) FILTER (WHERE m.role = 'copy') AS copy_count,
       count(*) FILTER (WHERE a.is_canonical) AS canonical_count,
       min(a.published_at) AS first_at, max(a.published_at) AS last_at
FROM articles a LEFT JOIN story_articles m ON m.article_id = a.article_id
WHERE a.publisher = $publisher
