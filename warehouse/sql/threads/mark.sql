-- Say in the rows of the wanted stories which thread they belong to.
UPDATE stories SET thread_id = t.thread_id
FROM (SELECT w.story_id, m.thread_id FROM wanted w LEFT JOIN thread_stories m ON m.story_id = w.story_id) t
WHERE stories.story_id = t.story_id AND stories.thread_id IS DISTINCT FROM t.thread_id
