-- The blocking keys of the wanted articles.
SELECT DISTINCT key FROM keyed SEMI JOIN wanted USING (article_id)
