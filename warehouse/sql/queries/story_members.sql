SELECT a.article_id, a.title, a.publisher, a.published_at, a.published_precision, a.language, a.kind, a.wire_agency, a.word_count,
       a.url, a.source_ref, a.copy_group_id, a.version, a.publisher_family, a.source_id,
       m.role, m.score, m.decided_by, m.via_article_id, m.margin, m.joined_at
FROM story_articles m JOIN articles a ON a.article_id = m.article_id
WHERE m.story_id = $story_id
ORDER BY m.role <> 'canonical', a.published_at NULLS LAST, a.article_id
