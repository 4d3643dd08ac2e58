-- Links of runs published before, in the working file and in the published one.
SELECT (SELECT count(*) FROM links WHERE run_id NOT IN (FROM open_runs)),
       (SELECT count(*) FROM pub.links)
