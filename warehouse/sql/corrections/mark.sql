-- The wanted articles changed in this run, for whoever keeps a copy.
UPDATE articles SET run_id = $run_id, last_changed_at = $now WHERE article_id IN (SELECT article_id FROM wanted)
