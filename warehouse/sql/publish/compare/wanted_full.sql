-- Everything is wanted.
CREATE OR REPLACE TEMP VIEW wanted_articles AS FROM articles;
CREATE OR REPLACE TEMP VIEW wanted_stories AS FROM stories;
CREATE OR REPLACE TEMP VIEW wanted_versions AS FROM article_versions;
CREATE OR REPLACE TEMP VIEW wanted_memberships AS FROM story_articles;
CREATE OR REPLACE TEMP VIEW wanted_groups AS FROM copy_members;
CREATE OR REPLACE TEMP VIEW wanted_links AS FROM links;
CREATE OR REPLACE TEMP VIEW link_stories AS SELECT article_id, story_id FROM story_articles;
CREATE OR REPLACE TEMP VIEW wanted_events AS FROM story_events;
CREATE OR REPLACE TEMP VIEW wanted_documents AS FROM latest_documents;
CREATE OR REPLACE TEMP VIEW unsearchable AS SELECT NULL::VARCHAR AS article_id WHERE false;
CREATE OR REPLACE TEMP VIEW wanted_relations AS FROM story_relations;
CREATE OR REPLACE TEMP TABLE expected_relations AS
SELECT count(*) AS row_count FROM story_relations
WHERE story_a IN (SELECT story_id FROM stories) AND story_b IN (SELECT story_id FROM stories);
CREATE OR REPLACE TEMP TABLE indexed_until AS SELECT -1 AS place
