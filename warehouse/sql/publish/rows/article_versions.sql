SELECT format('{:016x}', article_id) AS article_id, format('{:016x}', document_id) AS document_id,
       format('{:016x}', content_hash) AS content_hash, * EXCLUDE (article_id, document_id, content_hash, is_superseded, is_held)
FROM wanted_versions
WHERE article_id NOT IN (SELECT article_id FROM hidden_articles)
