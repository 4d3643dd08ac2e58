-- Between which days the wanted articles were published, and how many do not say.
SELECT min(day) AS first, max(day) AS last, count(*) - count(day) AS undated FROM (
    SELECT CASE WHEN published_precision <> 'none' THEN CAST(floor(epoch(published_at) / 86400) AS INTEGER) END AS day
    FROM articles
    WHERE rowid IN (SELECT t.rowid FROM articles t SEMI JOIN wanted USING (article_id))
)
