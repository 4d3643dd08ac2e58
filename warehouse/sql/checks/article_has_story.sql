-- Every article is in a story, except stubs, lists of headlines and what is withdrawn or under an embargo.
SELECT a.article_id, a.kind, s.story_id
FROM seen_articles a LEFT JOIN story_articles s USING (article_id)
WHERE (a.kind IN ('stub', 'index') OR coalesce(a.is_held, false)) = (s.story_id IS NOT NULL)
