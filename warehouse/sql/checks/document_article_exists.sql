-- Every document that became an article leads to it, or to the mark that it was erased.
SELECT d.document_id, d.source_ref, d.article_id
FROM seen_documents d
ANTI JOIN articles a ON a.article_id = d.article_id
ANTI JOIN tombstones t ON t.hash = d.article_id AND t.scope = 'article'
WHERE d.article_id IS NOT NULL
