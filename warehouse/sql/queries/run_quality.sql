-- What the last runs brought, those that brought anything, the latest first; shares are of 1.
WITH counted AS (
    SELECT run_id, documents - coalesce(dispositions['unchanged'], 0) AS documents,
           coalesce(dispositions['rejected'], 0) AS rejected
    FROM runs
    WHERE status = 'done' AND command = 'ingest' AND documents > coalesce(dispositions['unchanged'], 0)
    ORDER BY run_id DESC LIMIT $limit
)
SELECT t.run_id, t.documents, t.rejected / t.documents AS rejected_ratio,
       avg((a.published_at IS NULL)::INTEGER) AS undated_ratio,
       avg((a.publisher IS NULL)::INTEGER) AS nameless_ratio,
       avg((a.kind = 'stub')::INTEGER) AS stub_ratio,
       median(a.word_count) AS median_words
FROM counted t LEFT JOIN articles a USING (run_id)
GROUP BY ALL ORDER BY t.run_id DESC
