-- Keep what the source had in the corrected fields, and put what people decided in its place.
INSERT INTO article_originals BY NAME
SELECT c.article_id, c.fields,
       CASE WHEN list_contains(c.fields, 'title') THEN a.title END AS title,
       CASE WHEN list_contains(c.fields, 'publisher') THEN a.publisher END AS publisher,
       CASE WHEN list_contains(c.fields, 'kind') THEN a.kind END AS kind,
       CASE WHEN list_contains(c.fields, 'kind') THEN a.kind_reason END AS kind_reason,
       CASE WHEN list_contains(c.fields, 'published') THEN a.published_at END AS published_at,
       CASE WHEN list_contains(c.fields, 'published') THEN a.published_precision END AS published_precision,
       CASE WHEN list_contains(c.fields, 'published') THEN a.published_zone END AS published_zone,
       CASE WHEN list_contains(c.fields, 'published') THEN a.published_source END AS published_source,
       CASE WHEN list_contains(c.fields, 'published') THEN a.published_text END AS published_text,
       CASE WHEN list_contains(c.fields, 'published') THEN a.published_from END AS published_from,
       CASE WHEN list_contains(c.fields, 'published') THEN a.published_until END AS published_until
FROM corrections c JOIN articles a ON a.article_id = c.article_id;
UPDATE articles a SET
    title = CASE WHEN list_contains(c.fields, 'title') THEN c.title ELSE a.title END,
    publisher = CASE WHEN list_contains(c.fields, 'publisher') THEN c.publisher ELSE a.publisher END,
    kind = CASE WHEN list_contains(c.fields, 'kind') THEN c.kind ELSE a.kind END,
    kind_reason = CASE WHEN list_contains(c.fields, 'kind') THEN 'corrected' ELSE a.kind_reason END,
    published_at = CASE WHEN list_contains(c.fields, 'published') THEN c.published_at ELSE a.published_at END,
    published_precision = CASE WHEN list_contains(c.fields, 'published') THEN c.published_precision ELSE a.published_precision END,
    published_zone = CASE WHEN list_contains(c.fields, 'published') THEN c.published_zone ELSE a.published_zone END,
    published_source = CASE WHEN list_contains(c.fields, 'published') THEN 'correction' ELSE a.published_source END,
    published_text = CASE WHEN list_contains(c.fields, 'published') THEN c.published_text ELSE a.published_text END,
    published_from = CASE WHEN list_contains(c.fields, 'published') THEN c.published_from ELSE a.published_from END,
    published_until = CASE WHEN list_contains(c.fields, 'published') THEN c.published_until ELSE a.published_until END
FROM corrections c WHERE a.article_id = c.article_id
