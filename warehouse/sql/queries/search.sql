SELECT * FROM search_stories($words, most := $most)
WHERE ($since IS NULL OR last_published_at >= $since) AND ($until IS NULL OR first_published_at < $until)
  AND ($language IS NULL OR language = $language)
  AND article_count >= $min_articles
  AND ($publisher IS NULL OR story_id IN (SELECT story_id FROM articles WHERE publisher = $publisher))
ORDER BY score DESC, last_published_at DESC NULLS LAST, story_id
LIMIT $limit OFFSET $offset
