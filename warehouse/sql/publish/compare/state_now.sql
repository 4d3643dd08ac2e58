-- The fingerprints of everything that is published, as the working file has it now. Those of one table are combined by
-- xor, which takes no order and lets a part be left out. The last value hashed goes into a hash as it is, so that equal changes
-- of two rows would take each other out: hence twice.
CREATE OR REPLACE TEMP TABLE hidden_articles AS
SELECT article_id, withdrawn_at IS NULL AS is_embargoed FROM articles
WHERE is_held OR withdrawn_at IS NOT NULL OR embargoed_until > $now;
CREATE OR REPLACE TEMP VIEW article_contents AS
SELECT article_id, rowid AS row_place,
       hash(hash(article_id, version, last_changed_at, content_hash, run_id, withdrawn_at, embargoed_until, captured_at,
                 article_id IN (SELECT article_id FROM hidden_articles))) AS content
FROM articles;
CREATE OR REPLACE TEMP VIEW story_places AS
SELECT article_id, rowid AS row_place, hash(hash(article_id, story_id, role, score, decided_by, via_article_id, margin, joined_at,
                                          publisher_family, source_id)) AS place
FROM story_articles;
CREATE OR REPLACE TEMP VIEW group_places AS
SELECT article_id, rowid AS row_place, hash(hash(article_id, copy_group_id, is_representative)) AS place FROM copy_members;
CREATE OR REPLACE TEMP VIEW article_now AS
SELECT a.article_id, a.row_place, a.content, xor(coalesce(s.place, 0), coalesce(c.place, 0)) AS place
FROM article_contents a
LEFT JOIN story_places s ON s.article_id = a.article_id
LEFT JOIN group_places c ON c.article_id = a.article_id;
-- Whoever writes the texts of a story writes updated_at.
CREATE OR REPLACE TEMP VIEW story_now AS
SELECT story_id, rowid AS row_place,
       hash(hash(story_id, updated_at, run_id, thread_id, canonical_article_id, latest_article_id, article_count, copy_group_count,
                 publisher_count, independent_count, undated_count, first_published_at, last_published_at, created_at)) AS content
FROM stories;
CREATE OR REPLACE TEMP VIEW relation_now AS
SELECT rowid AS row_place, story_a, story_b,
       hash(hash(story_a, story_b, relation, CAST(score AS FLOAT), article_a, article_b)) AS content
FROM story_relations;
CREATE OR REPLACE TEMP TABLE totals_now AS
SELECT 'articles' AS name, (SELECT count(*) FROM articles) AS row_count, coalesce(bit_xor(content), 0) AS content
FROM (SELECT content FROM article_contents UNION ALL SELECT place FROM story_places UNION ALL SELECT place FROM group_places)
UNION ALL
SELECT 'story_relations', count(*), coalesce(bit_xor(content), 0) FROM relation_now;
-- The tables that only grow, with the run that wrote each row. Their rows are never changed in place, so that counting
-- the rows of runs already published is enough to see that none was removed.
CREATE OR REPLACE TEMP VIEW ledger_rows AS
SELECT 'links' AS name, run_id FROM links
UNION ALL
SELECT 'story_events', run_id FROM story_events
UNION ALL
SELECT 'documents', run_id FROM documents
