-- What is left of a story is described by its remaining members; the key terms wait for the next fold, since they may have
-- come from what was removed.
UPDATE stories SET
    title = n.title, latest_title = n.title, latest_article_id = n.canonical_article_id, undated_count = n.undated_count,
    canonical_article_id = n.canonical_article_id, url = n.url, publisher = n.publisher,
    language = n.language, canonical_reason = 'fullest report left after a removal',
    first_published_at = n.first_published_at, last_published_at = n.last_published_at, article_count = n.article_count,
    copy_group_count = n.copy_group_count, publisher_count = n.publisher_count,
    independent_count = least(independent_count, n.copy_group_count), key_terms = [], updated_at = $now, run_id = $run_id
FROM (
    SELECT m.story_id, any_value(a.title) FILTER (m.role = 'canonical') AS title,
           any_value(a.article_id) FILTER (m.role = 'canonical') AS canonical_article_id,
           any_value(a.url) FILTER (m.role = 'canonical') AS url,
           any_value(a.publisher) FILTER (m.role = 'canonical') AS publisher,
           any_value(a.language) FILTER (m.role = 'canonical') AS language,
           min(a.published_at) AS first_published_at, max(a.published_at) AS last_published_at,
           count(*) AS article_count, count(DISTINCT coalesce(c.copy_group_id, a.article_id)) AS copy_group_count,
           count(DISTINCT a.publisher) AS publisher_count,
           count(*) FILTER (a.published_at IS NULL) AS undated_count
    FROM story_articles m JOIN articles a USING (article_id) LEFT JOIN copy_members c USING (article_id)
    WHERE m.story_id IN (FROM shrunk_stories)
    GROUP BY m.story_id
) n
WHERE stories.story_id = n.story_id
