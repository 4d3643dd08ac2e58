TRUNCATE pub._fingerprint_totals;
INSERT INTO pub._fingerprint_totals FROM totals_now;
INSERT INTO pub._article_fingerprints SELECT article_id, content, place FROM changed_articles WHERE NOT is_gone;
INSERT INTO pub._story_fingerprints SELECT story_id, content FROM changed_stories WHERE content IS NOT NULL;
TRUNCATE pub._ledger_state;
INSERT INTO pub._ledger_state
SELECT name, sum(row_count) FROM (
    FROM settled
    UNION ALL
    SELECT name, count(*) FROM ledger_rows
    WHERE run_id IN (FROM open_runs) AND run_id NOT IN (SELECT run_id FROM runs WHERE status = 'running') GROUP BY name
) GROUP BY name
