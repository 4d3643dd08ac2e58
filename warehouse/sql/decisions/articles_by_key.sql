-- Articles by id or its beginning, by external id, by address; two answers are enough to know that the key is not unique.
SELECT DISTINCT a.article_id, a.title, a.publisher, a.kind, a.kind_reason, s.story_id
FROM articles a LEFT JOIN story_articles s USING (article_id)
WHERE starts_with(format('{:016x}', a.article_id), lower($key)) OR a.external_id = $key OR a.url = $key OR a.canonical_url = $key
ORDER BY format('{:016x}', a.article_id) <> lower($key), a.article_id
LIMIT 2
