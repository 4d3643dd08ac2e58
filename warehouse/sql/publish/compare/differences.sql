-- What the published file has and the working file has not, or the other way round, by number.
SELECT 'articles' AS name, (SELECT count(*) FROM articles WHERE article_id NOT IN (SELECT article_id FROM hidden_articles WHERE is_embargoed)) AS working, (SELECT count(*) FROM pub.articles) AS published
UNION ALL SELECT 'stories', (SELECT count(*) FROM stories), (SELECT count(*) FROM pub.stories)
UNION ALL SELECT 'story_articles', (SELECT count(*) FROM story_articles), (SELECT count(*) FROM pub.story_articles)
UNION ALL SELECT 'links', (SELECT count(*) FROM links),
    (SELECT count(*) FROM pub.links)
UNION ALL SELECT 'story_events', (SELECT count(*) FROM story_events), (SELECT count(*) FROM pub.story_events)
UNION ALL SELECT 'story_relations',
    (SELECT row_count FROM expected_relations),
    (SELECT count(*) FROM pub.story_relations)
UNION ALL SELECT 'decisions', (SELECT count(*) FROM decisions), (SELECT count(*) FROM pub.decisions)
UNION ALL SELECT 'runs', (SELECT count(*) FROM runs), (SELECT count(*) FROM pub.runs)
UNION ALL SELECT '_search_articles', (SELECT count(*) FROM pub.articles WHERE text IS NOT NULL),
    (SELECT count(article_id) FROM pub._search_articles)
