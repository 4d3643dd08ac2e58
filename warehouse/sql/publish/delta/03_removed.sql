-- Take out what is gone and what is written again. Rows that are missed because a clock was set back show in the numbers of rows,
-- and all is written anew then.
DELETE FROM pub.articles WHERE rowid IN (SELECT published_place FROM published_places WHERE is_replaced);
DELETE FROM pub.article_versions WHERE article_id IN (
    SELECT format('{:016x}', article_id) FROM changed_articles WHERE NOT is_new AND (is_gone OR is_rewritten));
DELETE FROM pub.story_articles WHERE joined_at >= (FROM changed_since) AND article_id IN (
    SELECT format('{:016x}', article_id) FROM changed_articles WHERE NOT is_new);
DELETE FROM pub.stories WHERE story_id IN (SELECT format('{:016x}', story_id) FROM changed_stories);
DELETE FROM pub.story_relations WHERE rowid IN (
    SELECT published_place FROM changed_relations WHERE published_place IS NOT NULL);
DELETE FROM pub.links WHERE run_id IN (FROM open_runs);
DELETE FROM pub.story_events WHERE run_id IN (FROM open_runs);
DELETE FROM pub.documents WHERE run_id IN (FROM open_runs);
DELETE FROM pub.documents WHERE document_id IN (SELECT format('{:016x}', document_id) FROM document_places WHERE is_known);
DELETE FROM pub.documents WHERE disposition = 'deferred' AND source_ref IN (SELECT source_ref FROM files);
DELETE FROM pub._article_fingerprints WHERE article_id IN (SELECT article_id FROM changed_articles WHERE NOT is_new);
DELETE FROM pub._story_fingerprints WHERE story_id IN (SELECT story_id FROM changed_stories);
DELETE FROM pub._about WHERE topic NOT IN ('table', 'macro')
