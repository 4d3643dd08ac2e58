-- The articles of a story in order of time, without their texts.
SELECT m.role, m.score, m.decided_by, m.via_article_id, m.margin, m.joined_at, a.article_id, a.title, a.publisher,
       a.published_at, a.published_precision, a.published_zone, a.published_from, a.published_until, a.language, a.kind,
       a.wire_agency, a.word_count, a.url, a.source_ref, a.copy_group_id, a.version, a.source_id, a.publisher_family,
       a.lead, a.is_canonical, a.corrections
FROM story_articles m JOIN articles a ON a.article_id = m.article_id
WHERE m.story_id = $story_id
ORDER BY a.published_at NULLS LAST, a.article_id
LIMIT 2000
