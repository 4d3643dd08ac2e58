SELECT story_id, 'the beginning of the id' AS meaning FROM (
    SELECT story_id FROM stories WHERE starts_with(story_id, lower($key))
    UNION SELECT current_story_id FROM story_redirects WHERE starts_with(story_id, lower($key))
)
ORDER BY story_id <> lower($key), story_id
LIMIT 2
