-- The articles of the wanted stories.
SELECT article_id FROM story_articles SEMI JOIN wanted ON story_articles.story_id = wanted.article_id ORDER BY article_id
