SELECT s.story_id, s.title, s.url, s.publisher, s.language, s.first_published_at, s.last_published_at, s.article_count,
       s.publisher_count, s.key_terms, s.created_at, s.updated_at, a.lead, a.authors
FROM stories s JOIN articles a ON a.article_id = s.canonical_article_id
WHERE s.article_count >= $min_articles
ORDER BY s.last_published_at DESC NULLS LAST, s.story_id
LIMIT $limit
