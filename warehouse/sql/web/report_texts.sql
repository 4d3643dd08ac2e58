-- The texts of the first reports of a story, copies left out.
WITH chosen AS MATERIALIZED (
    SELECT a.rowid AS place
    FROM story_articles m JOIN articles a ON a.article_id = m.article_id
    WHERE m.story_id = $story_id AND a.story_id = $story_id AND m.role <> 'copy'
    ORDER BY a.published_at NULLS LAST, a.article_id
    LIMIT $limit
)
SELECT article_id, title, publisher, text FROM articles WHERE rowid IN (SELECT place FROM chosen) -- texts are read where these are
ORDER BY published_at NULLS LAST, article_id
