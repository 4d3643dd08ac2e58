-- The time before which no link of the wanted articles was made: the first of them came in then. Of one that is no article any
-- more this is not known.
SELECT CASE WHEN count(*) = (SELECT count(*) FROM wanted) THEN min(first_seen_at) END AS since
FROM articles
WHERE rowid IN (SELECT t.rowid FROM articles t SEMI JOIN wanted USING (article_id))
