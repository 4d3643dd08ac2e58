-- What becomes of every document that came in; unchanged is the outcome that is the same as last time.
CREATE OR REPLACE TEMP TABLE decided AS
WITH verdicts AS (
    SELECT i.row, i.document_id,
           CASE WHEN i.is_erased THEN 'erased'
                WHEN i.is_notice THEN 'skipped'
                WHEN t.row IS NOT NULL THEN 'duplicate_file'
                WHEN r.row IS NULL THEN 'unchanged'
                WHEN NOT r.was_known AND r.version = 1 THEN 'loaded'
                ELSE 'new_version' END AS disposition,
           CASE WHEN i.is_erased THEN 'tombstone' WHEN i.is_notice THEN 'withdrawal'
                WHEN t.row IS NOT NULL THEN 'same_bytes' END AS reason,
           CASE WHEN i.is_notice AND n.article_id IS NOT NULL THEN 'takes back the article named here'
                WHEN i.is_notice THEN 'takes back an item that did not come yet'
                WHEN t.row IS NOT NULL THEN 'same bytes as ' || t.twin_ref END AS detail,
           CASE WHEN i.is_notice THEN n.article_id
                WHEN NOT i.is_erased THEN coalesce(t.article_id, i.article_id) END AS article_id
    FROM incoming i
    LEFT JOIN twins t ON t.row = i.row
    LEFT JOIN ranked r ON r.row = i.row
    LEFT JOIN named_articles n ON n.row = i.row
)
SELECT v.row, v.document_id, v.reason, v.detail, v.article_id,
       CASE WHEN v.disposition IN ('erased', 'duplicate_file', 'skipped') AND l.disposition = v.disposition THEN 'unchanged'
            ELSE v.disposition END AS disposition
FROM verdicts v LEFT JOIN last_outcomes l USING (document_id)
