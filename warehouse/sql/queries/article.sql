SELECT article_id, title, publisher, published_at, published_precision, published_zone, published_source, story_id, is_canonical,
       kind, kind_reason, language, word_count, lead, text, url, canonical_url, authors, section, tags, wire_agency,
       is_paywalled, copy_group_id, version, external_id, source_ref, content_hash, first_seen_at, last_changed_at, run_id
FROM articles WHERE article_id = $article_id
