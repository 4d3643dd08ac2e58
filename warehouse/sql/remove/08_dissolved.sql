DELETE FROM stories WHERE story_id IN (FROM shrunk_stories) AND story_id NOT IN (SELECT story_id FROM story_articles)
