-- Articles that differ between the working file and the published one, by fingerprints, among the suspects.
CREATE OR REPLACE TEMP TABLE changed_articles AS
WITH contents AS (FROM article_contents WHERE row_place IN (SELECT a.rowid FROM articles a SEMI JOIN suspects USING (article_id))),
stories AS (FROM story_places WHERE row_place IN (SELECT a.rowid FROM story_articles a SEMI JOIN suspects USING (article_id))),
groups AS (FROM group_places WHERE row_place IN (SELECT m.rowid FROM copy_members m SEMI JOIN suspects USING (article_id))),
now AS (
    SELECT a.article_id, a.row_place, a.content, xor(coalesce(s.place, 0), coalesce(c.place, 0)) AS place
    FROM contents a LEFT JOIN stories s ON s.article_id = a.article_id LEFT JOIN groups c ON c.article_id = a.article_id
),
published AS (FROM pub._article_fingerprints SEMI JOIN suspects USING (article_id))
SELECT coalesce(n.article_id, o.article_id) AS article_id, n.row_place, o.article_id IS NULL AS is_new,
       n.article_id IS NULL AS is_gone, n.content IS DISTINCT FROM o.content AS is_rewritten, n.content, n.place,
       o.content AS was_content, o.place AS was_place
FROM now n FULL JOIN published o ON o.article_id = n.article_id
WHERE n.content IS DISTINCT FROM o.content OR n.place IS DISTINCT FROM o.place
