INSERT INTO pub._fingerprint_totals FROM totals_now;
INSERT INTO pub._article_fingerprints SELECT article_id, content, place FROM article_now;
INSERT INTO pub._story_fingerprints SELECT story_id, content FROM story_now;
INSERT INTO pub._ledger_state
SELECT name, count(*) FROM ledger_rows
WHERE run_id NOT IN (SELECT run_id FROM runs WHERE status = 'running') GROUP BY name
