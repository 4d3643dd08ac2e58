FROM search_stories($words) LIMIT $limit OFFSET $offset
