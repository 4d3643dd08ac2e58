-- Added up over everything, stories, their members and the articles that may have a story are as many as they should be.
SELECT members, foldable, told_members, canonicals, told_stories FROM (
    SELECT (SELECT count(*) FROM story_articles) AS members,
           (SELECT count(*) FROM articles WHERE kind NOT IN ('stub', 'index')) AS foldable,
           (SELECT coalesce(sum(article_count), 0) FROM stories) AS told_members,
           (SELECT count(*) FROM story_articles WHERE role = 'canonical') AS canonicals,
           (SELECT count(*) FROM stories) AS told_stories
)
WHERE members <> foldable OR members <> told_members OR canonicals <> told_stories
