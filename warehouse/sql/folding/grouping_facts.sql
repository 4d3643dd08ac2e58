-- What grouping needs to know of each wanted representative: words of its text, and the first and last day of
-- publication within its copy group.
WITH own AS (
    SELECT copy_group_id, article_id AS representative
    FROM copy_members SEMI JOIN wanted USING (article_id)
),
groups AS (
    SELECT own.representative AS article_id, min(epoch(a.published_at) / 86400) FILTER (a.published_precision <> 'none') AS first_day,
           max(epoch(a.published_at) / 86400) FILTER (a.published_precision <> 'none') AS last_day
    FROM own JOIN copy_members m USING (copy_group_id) JOIN articles a ON a.article_id = m.article_id
    GROUP BY own.representative
)
SELECT a.article_id, a.word_count AS words, groups.first_day, groups.last_day
FROM articles a JOIN groups USING (article_id)
ORDER BY a.article_id
