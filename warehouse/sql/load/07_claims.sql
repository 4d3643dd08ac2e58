-- What the documents claim to be, for those that come later to find them; and what the notices among them take back.
INSERT INTO article_claims
WITH named AS (SELECT b.*, c.article_id AS named_id, md5_number_lower(lower(b.title)) AS headline FROM batch_articles b JOIN chosen c ON c.row = b.row),
claimed AS (
    SELECT unnest(claims) AS claim, 'strict' AS kind, named_id AS article_id, headline FROM named
    UNION
    SELECT unnest(loose_claims), 'loose', named_id, headline FROM named
    UNION
    SELECT unnest(item_claims), 'item', named_id, NULL FROM named
),
-- claims are stored of articles that are: where none came in again, no claim is read
stored AS MATERIALIZED (
    FROM article_claims
    WHERE rowid IN (SELECT c.rowid FROM article_claims c WHERE c.article_id IN (SELECT article_id FROM known))
)
SELECT claim, kind, article_id, headline
FROM claimed n
WHERE NOT EXISTS (
    SELECT 1 FROM stored a WHERE a.article_id = n.article_id AND a.claim = n.claim AND a.kind = n.kind
      AND a.headline IS NOT DISTINCT FROM n.headline);
INSERT INTO notices
SELECT unnest(b.item_claims), i.document_id, i.source_ref, i.revision, i.dated_at, $run_id, $now
FROM incoming i JOIN batch_articles b ON b.row = i.row
WHERE i.is_notice AND NOT i.is_erased AND i.document_id NOT IN (SELECT document_id FROM notices);
CREATE OR REPLACE TEMP TABLE named_articles AS
SELECT i.row, min(c.article_id) AS article_id
FROM incoming i
JOIN notices n ON n.document_id = i.document_id
JOIN article_claims c ON c.claim = n.claim AND c.kind IN ('item', 'strict')
WHERE i.is_notice
GROUP BY i.row
