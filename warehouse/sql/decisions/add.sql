INSERT INTO decisions (decision_id, relation, article_a, article_b, story_id, field, value, made_with, made_by, made_at, why)
VALUES ($decision_id, $relation, $article_a, $article_b, $story_id, $field, $value, $made_with, $made_by, $made_at, $why)
