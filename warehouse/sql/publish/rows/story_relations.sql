SELECT format('{:016x}', r.story_a) AS story_a, format('{:016x}', r.story_b) AS story_b, r.relation, CAST(r.score AS FLOAT) AS score,
       format('{:016x}', r.article_a) AS article_a, format('{:016x}', r.article_b) AS article_b
FROM wanted_relations r JOIN stories a ON a.story_id = r.story_a JOIN stories b ON b.story_id = r.story_b
ORDER BY r.story_a, r.story_b
