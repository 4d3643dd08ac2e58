-- When each wanted story was first born, of those that ever were.
SELECT story_id, min(happened_at) AS born_at FROM story_events SEMI JOIN wanted ON story_events.story_id = wanted.article_id
WHERE event = 'born' GROUP BY story_id
