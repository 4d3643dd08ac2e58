-- The threads that hold any of the wanted stories, whole, with the story that each follows up.
SELECT thread_id, story_id, follows_story_id
FROM thread_stories
WHERE thread_id IN (SELECT thread_id FROM thread_stories SEMI JOIN wanted USING (story_id))
ORDER BY thread_id, story_id
