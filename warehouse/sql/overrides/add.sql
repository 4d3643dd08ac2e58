INSERT INTO overrides (override_id, relation, article_a, article_b, story_id, field, value, made_with, made_by, made_at, why)
VALUES ($override_id, $relation, $article_a, $article_b, $story_id, $field, $value, $made_with, $made_by, $made_at, $why)
