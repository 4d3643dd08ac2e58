-- The vectors of the reports of dated stories, as shared_terms has what they share.
SELECT s.story_id, s.language, CAST(floor(epoch(s.first_published_at) / 86400) AS INTEGER) AS day, v.article_id, v.is_headline, v.vector
FROM stories s JOIN story_articles m ON m.story_id = s.story_id JOIN shared_vectors v ON v.article_id = m.article_id
JOIN articles a ON a.article_id = m.article_id
WHERE s.first_published_at >= make_timestamp($first_day * 86400000000::BIGINT)
  AND s.first_published_at < make_timestamp(($last_day + 1) * 86400000000::BIGINT)
  AND NOT list_contains($left_out, a.kind)
ORDER BY s.story_id, v.article_id
