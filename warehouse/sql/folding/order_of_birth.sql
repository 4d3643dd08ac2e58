-- The wanted stories in the order of their birth.
SELECT story_id AS article_id FROM stories SEMI JOIN wanted ON stories.story_id = wanted.article_id ORDER BY created_at, story_id
