-- Take the wanted stories out of their threads, to be put into the right ones.
DELETE FROM thread_stories WHERE story_id IN (SELECT story_id FROM wanted)
