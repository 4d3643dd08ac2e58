-- The facts of member articles that a story's row is made of: everything but the text.
SELECT article_id, title, url, canonical_url, publisher, language, published_at, published_precision, kind, wire_agency,
       word_count, is_paywalled, genre,
       coalesce(field_sources['title'] = 'lead', false) AND article_id NOT IN (
           SELECT article_id FROM article_originals WHERE list_contains(fields, 'title')) AS is_title_derived
FROM articles
WHERE rowid IN (SELECT t.rowid FROM articles t SEMI JOIN wanted USING (article_id)) -- as in foldable_articles
ORDER BY article_id
