-- Every document that became an article leads to it, or to the mark that it was erased.
SELECT document_id, source_ref, article_id FROM documents
WHERE article_id NOT IN (SELECT article_id FROM articles)
  AND article_id NOT IN (SELECT hash FROM tombstones WHERE scope = 'article')
  AND article_id IS NOT NULL
