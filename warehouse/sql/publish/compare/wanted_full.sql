-- Everything is wanted.
CREATE OR REPLACE TEMP VIEW wanted_articles AS FROM articles;
CREATE OR REPLACE TEMP VIEW wanted_stories AS FROM stories;
CREATE OR REPLACE TEMP VIEW wanted_versions AS FROM article_versions;
CREATE OR REPLACE TEMP VIEW wanted_memberships AS FROM story_articles;
CREATE OR REPLACE TEMP VIEW wanted_links AS FROM links;
CREATE OR REPLACE TEMP VIEW wanted_events AS FROM story_events;
CREATE OR REPLACE TEMP VIEW wanted_documents AS FROM latest_documents;
CREATE OR REPLACE TEMP VIEW unsearchable AS SELECT NULL::VARCHAR AS article_id WHERE false
