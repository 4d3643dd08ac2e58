-- Which of the wanted story ids any story ever had.
SELECT DISTINCT story_id AS article_id FROM story_events SEMI JOIN wanted ON story_events.story_id = wanted.article_id
