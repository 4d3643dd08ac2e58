-- Every article with the day it is filed under; those without a date are filed under the day they came.
SELECT strftime(coalesce(published_at, first_seen_at), '%Y-%m-%d') AS day, * EXCLUDE (field_sources)
FROM articles WHERE text IS NOT NULL
ORDER BY day, article_id
