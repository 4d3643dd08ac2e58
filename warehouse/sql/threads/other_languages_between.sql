-- Relations across languages of which one story was first reported between these days.
SELECT r.story_a, r.story_b, r.score, r.article_a, r.article_b
FROM story_relations r JOIN stories a ON a.story_id = r.story_a JOIN stories b ON b.story_id = r.story_b
WHERE r.relation = 'other_language'
  AND (floor(epoch(a.first_published_at) / 86400) BETWEEN $first_day AND $last_day
       OR floor(epoch(b.first_published_at) / 86400) BETWEEN $first_day AND $last_day)
ORDER BY r.story_a, r.story_b
