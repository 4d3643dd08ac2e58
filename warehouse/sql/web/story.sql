-- A story by its id or one that it once had.
SELECT * FROM stories WHERE story_id = coalesce(
    (SELECT current_story_id FROM story_redirects WHERE story_id = $story_id), $story_id)
