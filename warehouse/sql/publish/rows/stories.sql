-- Rows of the published table stories. wanted_stories are all of them, or those that changed (publish/compare, publish/delta).
SELECT format('{:016x}', story_id) AS story_id, title, article_count, publisher_count, publisher, last_published_at,
       first_published_at, language, key_terms, independent_count, copy_group_count, url,
       format('{:016x}', canonical_article_id) AS canonical_article_id, canonical_reason, latest_title,
       format('{:016x}', latest_article_id) AS latest_article_id, undated_count, format('{:016x}', thread_id) AS thread_id, created_at, updated_at
FROM wanted_stories
ORDER BY last_published_at, story_id
