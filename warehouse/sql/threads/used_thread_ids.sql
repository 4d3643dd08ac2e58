-- Which of the wanted ids any thread ever had.
SELECT thread_id FROM thread_stories WHERE thread_id IN (SELECT story_id FROM wanted)
UNION
SELECT thread_id FROM thread_redirects WHERE thread_id IN (SELECT story_id FROM wanted)
