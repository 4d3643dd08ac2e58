-- Every signature was made of the current version of its article, and there is at most one.
SELECT s.article_id, s.content_hash, a.content_hash AS current_hash FROM signatures s JOIN articles a USING (article_id)
WHERE s.content_hash <> a.content_hash
UNION ALL
SELECT article_id, count(*), 0 FROM signatures GROUP BY article_id HAVING count(*) > 1
