-- Articles that turned out to be states of another one, by the id that each leads to.
CREATE OR REPLACE TEMP TABLE merges AS SELECT old_id, article_id FROM batch_merges;
CREATE OR REPLACE TEMP TABLE merged_articles AS SELECT DISTINCT article_id FROM merges
