-- What an editor should look at, by reason, the most doubtful first.
(SELECT 'small_margin' AS reason, m.story_id, m.article_id, a.title, a.publisher, m.margin AS measure
 FROM story_articles m JOIN articles a ON a.article_id = m.article_id
 WHERE m.margin IS NOT NULL AND abs(m.margin) < 0.05 ORDER BY abs(m.margin), m.article_id LIMIT $limit)
UNION ALL
(SELECT 'long_span', s.story_id, s.canonical_article_id, s.title, s.publisher,
        date_diff('day', s.first_published_at, s.last_published_at)
 FROM stories s WHERE date_diff('day', s.first_published_at, s.last_published_at) > 14
 ORDER BY 6 DESC, 2 LIMIT $limit)
UNION ALL
(SELECT 'undated', m.story_id, a.article_id, a.title, a.publisher, s.article_count
 FROM articles a JOIN story_articles m ON m.article_id = a.article_id JOIN stories s ON s.story_id = m.story_id
 WHERE a.published_at IS NULL AND s.article_count > 1 ORDER BY s.article_count DESC, 3 LIMIT $limit)
UNION ALL
(SELECT 'withdrawn', NULL, a.article_id, a.title, a.publisher, NULL
 FROM articles a WHERE a.withdrawn_at IS NOT NULL ORDER BY a.withdrawn_at DESC, 3 LIMIT $limit)
UNION ALL
(SELECT 'no_outlet', a.story_id, a.article_id, a.title, a.publisher, NULL
 FROM articles a WHERE a.publisher IS NULL AND a.story_id IS NOT NULL ORDER BY a.published_at DESC NULLS LAST, 3 LIMIT $limit)
UNION ALL
(SELECT 'derived_headline', a.story_id, a.article_id, a.title, a.publisher, NULL
 FROM articles a WHERE a.story_id IS NOT NULL AND a.field_sources['title'] = 'lead'
   AND NOT list_contains(coalesce(a.corrections, []), 'title')
 ORDER BY a.published_at DESC NULLS LAST, 3 LIMIT $limit)
