-- Every article is in a story, except stubs and lists of headlines, which are in none.
SELECT a.article_id, a.kind, s.story_id
FROM seen_articles a LEFT JOIN story_articles s USING (article_id)
WHERE (a.kind IN ('stub', 'index')) = (s.story_id IS NOT NULL)
