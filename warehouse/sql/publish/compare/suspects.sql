-- Articles that may differ from what is published: those that a run after it wrote or merged into others, those captured of
-- late, which may have been captured again without being written, and all of stories that differ.
CREATE OR REPLACE TEMP TABLE suspects AS
SELECT article_id FROM articles WHERE run_id IN (FROM open_runs)
UNION
SELECT old_id FROM article_redirects WHERE run_id IN (FROM open_runs)
UNION
SELECT article_id FROM articles
WHERE captured_at >= (SELECT min(started_at) - INTERVAL 1 DAY FROM runs SEMI JOIN open_runs USING (run_id))
UNION
SELECT article_id FROM story_articles SEMI JOIN changed_stories USING (story_id)
