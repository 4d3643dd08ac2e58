-- Forget the relations across languages between pairs of stories.
DELETE FROM story_relations USING wanted_pairs w
WHERE story_relations.relation = 'other_language' AND story_relations.story_a = w.story_a AND story_relations.story_b = w.story_b
