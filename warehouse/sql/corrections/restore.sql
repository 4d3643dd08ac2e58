-- What the source had comes back into the wanted articles.
UPDATE articles a SET
    title = CASE WHEN list_contains(o.fields, 'title') THEN coalesce(o.title, '') ELSE a.title END,
    publisher = CASE WHEN list_contains(o.fields, 'publisher') THEN o.publisher ELSE a.publisher END,
    kind = CASE WHEN list_contains(o.fields, 'kind') THEN o.kind ELSE a.kind END,
    kind_reason = CASE WHEN list_contains(o.fields, 'kind') THEN o.kind_reason ELSE a.kind_reason END,
    published_at = CASE WHEN list_contains(o.fields, 'published') THEN o.published_at ELSE a.published_at END,
    published_precision = CASE WHEN list_contains(o.fields, 'published') THEN o.published_precision ELSE a.published_precision END,
    published_zone = CASE WHEN list_contains(o.fields, 'published') THEN o.published_zone ELSE a.published_zone END,
    published_source = CASE WHEN list_contains(o.fields, 'published') THEN o.published_source ELSE a.published_source END,
    published_text = CASE WHEN list_contains(o.fields, 'published') THEN o.published_text ELSE a.published_text END,
    published_from = CASE WHEN list_contains(o.fields, 'published') THEN o.published_from ELSE a.published_from END,
    published_until = CASE WHEN list_contains(o.fields, 'published') THEN o.published_until ELSE a.published_until END
FROM article_originals o
WHERE a.article_id = o.article_id AND ($is_all OR o.article_id IN (SELECT article_id FROM wanted));
DELETE FROM article_originals WHERE $is_all OR article_id IN (SELECT article_id FROM wanted)
