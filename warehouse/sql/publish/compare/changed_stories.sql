-- Stories that differ between the working file and the published one, by fingerprints.
CREATE OR REPLACE TEMP TABLE changed_stories AS
SELECT coalesce(n.story_id, o.story_id) AS story_id, n.row_place, n.content
FROM story_now n FULL JOIN pub._story_fingerprints o ON o.story_id = n.story_id
WHERE n.content IS DISTINCT FROM o.content;
-- Runs that the published file does not know as over: what they wrote into tables that only grow is new.
CREATE OR REPLACE TEMP TABLE open_runs AS
SELECT run_id FROM runs WHERE run_id NOT IN (SELECT run_id FROM pub.runs WHERE status <> 'running')
