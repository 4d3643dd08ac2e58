-- The relations that the wanted stories take part in.
SELECT story_a, story_b, relation, score, article_a, article_b FROM story_relations
WHERE story_a IN (SELECT story_id FROM wanted) OR story_b IN (SELECT story_id FROM wanted)
