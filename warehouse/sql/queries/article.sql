SELECT article_id, coalesce(title, '') AS title, publisher, published_at, published_precision, published_zone, published_source, story_id, is_canonical,
       kind, kind_reason, language, word_count, coalesce(lead, '') AS lead, coalesce(text, '') AS text, url, canonical_url, coalesce(authors, []) AS authors, section,
       coalesce(tags, []) AS tags, wire_agency,
       is_paywalled, copy_group_id, version, external_id, source_ref, content_hash, first_seen_at, last_changed_at, run_id
FROM articles WHERE article_id = $article_id
