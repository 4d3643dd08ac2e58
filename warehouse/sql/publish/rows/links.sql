SELECT format('{:016x}', l.article_a) AS article_a, format('{:016x}', l.article_b) AS article_b, l.relation, l.decision,
       coalesce(a.story_id = b.story_id, false) AS together, l.score, l.threshold, l.features, l.model_version, l.run_id,
       l.linked_at
FROM wanted_links l
LEFT JOIN link_stories a ON a.article_id = l.article_a
LEFT JOIN link_stories b ON b.article_id = l.article_b
