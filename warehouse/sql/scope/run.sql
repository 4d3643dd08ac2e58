-- The checks look at what one run (in seen_run) wrote, and at everything that shares an article or a story with it.
CREATE OR REPLACE TEMP VIEW seen_runs AS FROM runs WHERE run_id IN (FROM seen_run);
CREATE OR REPLACE TEMP VIEW seen_files AS
FROM files WHERE source_ref IN (SELECT source_ref FROM files WHERE run_id IN (FROM seen_run));
CREATE OR REPLACE TEMP VIEW seen_documents AS FROM documents WHERE run_id IN (FROM seen_run);
CREATE OR REPLACE TEMP TABLE touched_stories AS SELECT story_id FROM stories WHERE run_id IN (FROM seen_run);
CREATE OR REPLACE TEMP TABLE touched_articles AS
SELECT article_id FROM articles WHERE run_id IN (FROM seen_run)
UNION SELECT article_id FROM story_articles WHERE story_id IN (FROM touched_stories);
CREATE OR REPLACE TEMP VIEW seen_articles AS FROM articles WHERE article_id IN (FROM touched_articles);
CREATE OR REPLACE TEMP VIEW seen_versions AS FROM article_versions WHERE article_id IN (FROM touched_articles);
CREATE OR REPLACE TEMP VIEW seen_stories AS FROM stories WHERE story_id IN (FROM touched_stories);
-- A table: as a view with both conditions, read twice by one check, it has left the engine (2.0.0) waiting for itself.
CREATE OR REPLACE TEMP TABLE touched_memberships AS
FROM story_articles SEMI JOIN touched_stories USING (story_id)
UNION ALL
FROM story_articles SEMI JOIN touched_articles USING (article_id) ANTI JOIN touched_stories USING (story_id);
CREATE OR REPLACE TEMP VIEW seen_memberships AS FROM touched_memberships;
CREATE OR REPLACE TEMP TABLE touched_groups AS
SELECT DISTINCT copy_group_id FROM copy_members WHERE article_id IN (FROM touched_articles);
CREATE OR REPLACE TEMP VIEW seen_copies AS FROM copy_members WHERE copy_group_id IN (FROM touched_groups);
-- A table: its ends are looked for then, not all articles read into a join.
CREATE OR REPLACE TEMP TABLE touched_links AS SELECT article_a, article_b, relation FROM links WHERE run_id IN (FROM seen_run);
CREATE OR REPLACE TEMP VIEW seen_links AS FROM touched_links;
CREATE OR REPLACE TEMP VIEW seen_events AS FROM story_events WHERE run_id IN (FROM seen_run)
