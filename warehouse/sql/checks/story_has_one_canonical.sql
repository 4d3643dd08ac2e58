-- Every story has exactly one canonical article, the one it names, and knows its number of articles.
SELECT s.story_id, s.canonical_article_id, m.canonicals, s.article_count, m.members
FROM seen_stories s LEFT JOIN (
    SELECT story_id, count(*) AS members, count(*) FILTER (role = 'canonical') AS canonicals,
           min(article_id) FILTER (role = 'canonical') AS canonical
    FROM seen_memberships GROUP BY story_id
) m USING (story_id)
WHERE m.canonicals IS DISTINCT FROM 1 OR m.canonical IS DISTINCT FROM s.canonical_article_id
   OR m.members IS DISTINCT FROM s.article_count
