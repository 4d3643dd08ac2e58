-- What corrected articles have in place of what the source had; `is_emptied`: their text was dropped by age.
SELECT a.article_id, o.fields, a.title, a.publisher, a.kind, a.published_at, a.published_precision, a.published_zone,
       a.text = '' AND a.word_count > 0 AS is_emptied
FROM articles a JOIN article_originals o ON o.article_id = a.article_id
ORDER BY a.article_id
