-- What was withdrawn keeps its row, but none of its words; what is under an embargo has none before its time.
SELECT format('{:016x}', a.article_id) AS article_id, a.publisher, a.published_at,
       format('{:016x}', s.story_id) AS story_id, coalesce(s.role = 'canonical', false) AS is_canonical,
       a.kind, a.language, a.word_count, a.url, a.canonical_url,
       CASE WHEN h.article_id IS NULL THEN a.title END AS title,
       CASE WHEN h.article_id IS NULL THEN a.standfirst END AS standfirst,
       CASE WHEN h.article_id IS NULL THEN a.lead END AS lead,
       CASE WHEN h.article_id IS NULL THEN a.text END AS text,
       CASE WHEN h.article_id IS NULL THEN a.authors END AS authors,
       CASE WHEN h.article_id IS NULL THEN a.section END AS section,
       CASE WHEN h.article_id IS NULL THEN a.tags END AS tags,
       CASE WHEN h.article_id IS NULL THEN a.image_url END AS image_url,
       CASE WHEN h.article_id IS NULL THEN a.published_text END AS published_text,
       a.wire_agency, a.is_paywalled, a.published_precision, a.published_zone, a.published_source, a.updated_at,
       a.language_confidence, a.kind_reason, format('{:016x}', c.copy_group_id) AS copy_group_id, a.version, a.external_id,
       a.source_ref, format('{:016x}', a.document_id) AS document_id, format('{:016x}', a.content_hash) AS content_hash,
       a.field_sources, a.first_seen_at, a.last_changed_at, a.run_id, a.genre, a.published_from, a.published_until,
       a.captured_at, a.revision, a.embargoed_until, a.withdrawn_at, s.publisher_family, s.source_id,
       coalesce(c.is_representative, false) AS is_representative, o.fields AS corrections
FROM wanted_articles a
LEFT JOIN hidden_articles h ON h.article_id = a.article_id
LEFT JOIN wanted_memberships s ON s.article_id = a.article_id
LEFT JOIN wanted_groups c ON c.article_id = a.article_id
LEFT JOIN article_originals o ON o.article_id = a.article_id
WHERE NOT coalesce(h.is_embargoed, false)
