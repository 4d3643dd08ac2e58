SELECT format('{:016x}', a.article_id) AS article_id, a.title, a.publisher, a.published_at,
       format('{:016x}', s.story_id) AS story_id, coalesce(s.role = 'canonical', false) AS is_canonical,
       a.kind, a.language, a.word_count, a.lead, a.text, a.url, a.canonical_url, a.authors, a.section, a.tags, a.image_url,
       a.wire_agency, a.is_paywalled, a.published_precision, a.published_zone, a.published_source, a.updated_at,
       a.language_confidence, a.kind_reason, format('{:016x}', c.copy_group_id) AS copy_group_id, a.version, a.external_id,
       a.source_ref, format('{:016x}', a.document_id) AS document_id, format('{:016x}', a.content_hash) AS content_hash,
       a.field_sources, a.first_seen_at, a.last_changed_at, a.run_id
FROM wanted_articles a
LEFT JOIN story_articles s ON s.article_id = a.article_id
LEFT JOIN copy_members c ON c.article_id = a.article_id
