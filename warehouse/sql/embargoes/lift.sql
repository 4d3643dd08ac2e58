-- Articles whose embargo is over, and that nobody withdrew.
CREATE OR REPLACE TEMP TABLE lifted AS
SELECT article_id FROM articles WHERE is_held AND withdrawn_at IS NULL AND embargoed_until <= $now;
UPDATE articles SET is_held = false, last_changed_at = $now, run_id = $run_id WHERE article_id IN (FROM lifted)
