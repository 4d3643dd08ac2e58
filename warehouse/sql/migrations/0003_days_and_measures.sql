-- Reports of one event lie near each other in time: a run looks at the keys of those days alone.
ALTER TABLE story_keys ADD COLUMN day INTEGER;
COMMENT ON COLUMN story_keys.day IS 'Day of publication, counted from 1970-01-01; NULL when not known.';
UPDATE story_keys SET day = CAST(floor(epoch(a.published_at) / 86400) AS INTEGER)
FROM articles a WHERE a.article_id = story_keys.article_id AND a.published_precision <> 'none';

-- What was measured, by column instead of text: a third of its bytes, and a question about one measure reads only that.
ALTER TABLE links ALTER COLUMN features SET DATA TYPE STRUCT(
    body DOUBLE, lead DOUBLE, names DOUBLE, "time" DOUBLE, weekday DOUBLE, semantic DOUBLE,
    words_a UINTEGER, words_b UINTEGER, words_matched UINTEGER, numbers_changed UINTEGER, names_changed UINTEGER,
    same_form BOOLEAN
) USING json_transform(features, '{
    "body": "DOUBLE", "lead": "DOUBLE", "names": "DOUBLE", "time": "DOUBLE", "weekday": "DOUBLE", "semantic": "DOUBLE",
    "words_a": "UINTEGER", "words_b": "UINTEGER", "words_matched": "UINTEGER", "numbers_changed": "UINTEGER",
    "names_changed": "UINTEGER", "same_form": "BOOLEAN"
}');
COMMENT ON COLUMN links.features IS 'What was measured: by channel for same_story, in words for the others; NULL where it is not.'
