-- What the published file has and the working file has not, or the other way round, by number.
SELECT 'articles' AS name, (SELECT count(*) FROM articles) AS working, (SELECT count(*) FROM pub.articles) AS published
UNION ALL SELECT 'stories', (SELECT count(*) FROM stories), (SELECT count(*) FROM pub.stories)
UNION ALL SELECT 'story_articles', (SELECT count(*) FROM story_articles), (SELECT count(*) FROM pub.story_articles)
UNION ALL SELECT 'links', (SELECT count(*) FROM links),
    (SELECT count(*) FROM pub.links WHERE relation NOT IN ('must_link', 'cannot_link'))
UNION ALL SELECT 'story_events', (SELECT count(*) FROM story_events), (SELECT count(*) FROM pub.story_events)
UNION ALL SELECT 'runs', (SELECT count(*) FROM runs), (SELECT count(*) FROM pub.runs)
UNION ALL SELECT '_search', (SELECT count(*) FROM stories), (SELECT count(*) FROM pub._search)
