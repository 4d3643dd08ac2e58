-- The articles that share a claim or a document with what came in.
WITH hits AS (
    SELECT DISTINCT article_id, claim, kind, headline FROM article_claims
    WHERE kind <> 'item' AND rowid IN (SELECT c.rowid FROM article_claims c SEMI JOIN wanted_claims USING (claim))
), sizes AS (
    SELECT claim, count(DISTINCT article_id) AS articles FROM hits GROUP BY claim
)
SELECT DISTINCT article_id, claim, kind = 'strict' AS is_strict
FROM hits JOIN sizes USING (claim)
WHERE articles <= $many OR headline IN (SELECT md5_number_lower(lower(title)) FROM wanted_titles)
UNION ALL
SELECT article_id, NULL, NULL FROM articles SEMI JOIN wanted_documents USING (document_id)
UNION ALL
SELECT article_id, NULL, NULL FROM article_versions SEMI JOIN wanted_documents USING (document_id)
ORDER BY ALL
