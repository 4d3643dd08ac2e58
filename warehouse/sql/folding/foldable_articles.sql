-- The facts of the wanted articles that folding looks at; stubs and indexes are included, the caller leaves them out.
SELECT article_id, external_id, title, text, lead, url, canonical_url, publisher, language, published_at, published_precision,
       CASE WHEN is_held THEN 'stub' ELSE kind END AS kind, wire_agency, word_count, is_paywalled, content_hash, version
FROM articles
WHERE rowid IN (SELECT t.rowid FROM articles t SEMI JOIN wanted USING (article_id)) -- wide columns are read where these are
ORDER BY article_id
