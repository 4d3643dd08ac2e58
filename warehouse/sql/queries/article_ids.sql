-- By id or its beginning, by external id, by address; two answers are enough to know that the key is not unique.
SELECT article_id,
       CASE WHEN starts_with(article_id, lower($key)) THEN 'the beginning of the id'
            WHEN external_id = $key THEN 'the external id' ELSE 'the address' END AS meaning
FROM articles
WHERE starts_with(article_id, lower($key)) OR external_id = $key OR url = $key OR canonical_url = $key
ORDER BY article_id <> lower($key), article_id
LIMIT 2
