-- The latest decision that holds and keeps reports of two stories apart, as a row of pair_links.sql.
SELECT d.article_a, d.article_b, d.relation, 'decided' AS decision, NULL AS score, NULL AS threshold, NULL AS features,
       NULL AS model_version, d.made_by, d.why, d.made_at AS linked_at
FROM decisions d JOIN articles x ON x.article_id = d.article_a JOIN articles y ON y.article_id = d.article_b
WHERE d.revoked_at IS NULL AND d.relation = 'cannot_link'
  AND least(x.story_id, y.story_id) = least($a, $b) AND greatest(x.story_id, y.story_id) = greatest($a, $b)
ORDER BY d.made_at DESC, d.article_a, d.article_b LIMIT 1
