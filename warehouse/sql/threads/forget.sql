-- Forget the relations of the wanted stories.
DELETE FROM story_relations
WHERE story_a IN (SELECT story_id FROM wanted) OR story_b IN (SELECT story_id FROM wanted)
