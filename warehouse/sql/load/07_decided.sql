-- What becomes of every document that came in; unchanged is the outcome that is the same as last time.
CREATE OR REPLACE TEMP TABLE decided AS
WITH verdicts AS (
    SELECT i.row, i.document_id,
           CASE WHEN i.is_erased THEN 'erased'
                WHEN t.row IS NOT NULL THEN 'duplicate_file'
                WHEN r.row IS NULL THEN 'unchanged'
                WHEN NOT r.was_known AND r.version = 1 THEN 'loaded'
                ELSE 'new_version' END AS disposition,
           CASE WHEN i.is_erased THEN 'tombstone' WHEN t.row IS NOT NULL THEN 'same_bytes' END AS reason,
           CASE WHEN t.row IS NOT NULL THEN 'same bytes as ' || t.twin_ref END AS detail,
           CASE WHEN NOT i.is_erased THEN coalesce(t.article_id, i.article_id) END AS article_id
    FROM incoming i
    LEFT JOIN twins t ON t.row = i.row
    LEFT JOIN ranked r ON r.row = i.row
)
SELECT v.row, v.document_id, v.reason, v.detail, v.article_id,
       CASE WHEN v.disposition IN ('erased', 'duplicate_file') AND l.disposition = v.disposition THEN 'unchanged'
            ELSE v.disposition END AS disposition
FROM verdicts v LEFT JOIN last_outcomes l USING (document_id)
