-- What two homes both have, so that one run over all of it could have made something else of it; one example of each.
SELECT 'article ' || format('{:016x}', min(article_id)) AS shared FROM articles SEMI JOIN other.articles USING (article_id)
HAVING count(*) > 0
UNION ALL
SELECT 'id or address ' || min(claim) FROM article_claims SEMI JOIN other.article_claims USING (claim) HAVING count(*) > 0
UNION ALL
SELECT 'file ' || min(source_ref) FROM files SEMI JOIN other.files USING (source_ref) HAVING count(*) > 0
UNION ALL
SELECT 'run ' || min(run_id) FROM runs SEMI JOIN other.runs USING (run_id) HAVING count(*) > 0
UNION ALL
SELECT 'document ' || min(source_ref) FROM documents SEMI JOIN other.documents USING (document_id) HAVING count(*) > 0
UNION ALL
SELECT 'notice of ' || min(claim) FROM other.notices SEMI JOIN article_claims USING (claim) HAVING count(*) > 0
UNION ALL
SELECT 'notice of ' || min(claim) FROM notices SEMI JOIN other.article_claims USING (claim) HAVING count(*) > 0
