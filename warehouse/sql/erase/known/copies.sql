-- Articles with the same text as those of asked_ids, other outlets' mostly.
SELECT a.article_id, a.publisher, a.title, a.url
FROM copy_members m JOIN copy_members asked USING (copy_group_id) JOIN articles a ON a.article_id = m.article_id
WHERE asked.article_id IN (SELECT article_id FROM asked_ids)
  AND m.article_id NOT IN (SELECT article_id FROM asked_ids)
GROUP BY ALL ORDER BY a.publisher, a.article_id
