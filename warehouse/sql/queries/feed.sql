-- The latest stories, or those of the named ones, each with its newest full report and, where that is another one, its canonical article beside it.
SELECT s.story_id, coalesce(n.title, s.title) AS title, coalesce(n.url, n.canonical_url, s.url) AS url,
       coalesce(n.publisher, s.publisher) AS publisher, s.language, s.first_published_at, s.last_published_at, s.article_count,
       s.publisher_count, s.key_terms, s.created_at, s.updated_at, coalesce(n.lead, a.lead) AS lead,
       coalesce(n.authors, a.authors) AS authors,
       CASE WHEN n.article_id <> a.article_id AND n.title <> s.title THEN s.title END AS canonical_title,
       CASE WHEN n.article_id <> a.article_id THEN s.publisher END AS canonical_publisher
FROM stories s
JOIN articles a ON a.article_id = s.canonical_article_id
LEFT JOIN articles n ON n.article_id = s.latest_article_id
WHERE s.article_count >= $min_articles AND ($story_ids IS NULL OR list_contains($story_ids, s.story_id))
ORDER BY s.last_published_at DESC NULLS LAST, s.story_id
LIMIT $limit
