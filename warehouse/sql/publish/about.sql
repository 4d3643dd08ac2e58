INSERT INTO pub._about
SELECT 'file', 'what', 'News folded into one row per story by newsfold; read-only, replaced as a whole after each run'
UNION ALL SELECT 'file', 'contract', $contract
UNION ALL SELECT 'file', 'newsfold', $version
UNION ALL SELECT 'file', 'run_id', (SELECT max(run_id) FROM pub.runs WHERE status = 'done')
UNION ALL SELECT 'file', 'changed_run_id', (SELECT max(run_id) FROM (
    SELECT run_id FROM pub.documents UNION ALL SELECT run_id FROM pub.story_events))
UNION ALL SELECT 'file', 'checked_at', (SELECT max(finished_at)::VARCHAR || ' UTC' FROM pub.runs WHERE status = 'done')
UNION ALL SELECT 'file', 'published_at', $now::TIMESTAMP::VARCHAR || ' UTC'
UNION ALL SELECT 'file', 'engine', $engine
UNION ALL SELECT 'count', 'stories', (SELECT count(*)::VARCHAR FROM pub.stories)
UNION ALL SELECT 'count', 'articles', (SELECT count(*)::VARCHAR FROM pub.articles)
UNION ALL SELECT 'count', 'documents', (SELECT count(*)::VARCHAR FROM pub.documents)
UNION ALL SELECT 'count', 'links', (SELECT count(*)::VARCHAR FROM pub.links)
UNION ALL SELECT 'cite', 'how', 'newsfold ' || $version || ', run ' || coalesce((SELECT max(run_id) FROM pub.runs WHERE status = 'done'), 'none')
    || ', story ids as given here; the texts belong to their publishers'
