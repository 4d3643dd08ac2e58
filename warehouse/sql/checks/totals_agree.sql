-- Added up over everything, stories, their members and the articles that may have a story are as many as they should be.
SELECT members, foldable, counted_members, canonicals, counted_stories FROM (
    SELECT (SELECT count(*) FROM story_articles) AS members,
           (SELECT count(*) FROM articles WHERE kind NOT IN ('stub', 'index') AND NOT coalesce(is_held, false)) AS foldable,
           (SELECT coalesce(sum(article_count), 0) FROM stories) AS counted_members,
           (SELECT count(*) FROM story_articles WHERE role = 'canonical') AS canonicals,
           (SELECT count(*) FROM stories) AS counted_stories
)
WHERE members <> foldable OR members <> counted_members OR canonicals <> counted_stories
