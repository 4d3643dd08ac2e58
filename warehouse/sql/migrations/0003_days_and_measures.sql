-- Reports of one event lie near each other in time: a run looks at the keys of those days alone.
ALTER TABLE story_keys ADD COLUMN day INTEGER;
COMMENT ON COLUMN story_keys.day IS 'Day of publication, counted from 1970-01-01; NULL when not known.';
UPDATE story_keys SET day = CAST(floor(epoch(a.published_at) / 86400) AS INTEGER)
FROM articles a WHERE a.article_id = story_keys.article_id AND a.published_precision <> 'none';

-- What was measured, by column instead of text: a third of its bytes, and a question about one measure reads only that.
-- Read without the JSON extension, which is not there yet when a log that holds this step is played back.
ALTER TABLE links ALTER COLUMN features SET DATA TYPE STRUCT(
    body DOUBLE, lead DOUBLE, names DOUBLE, "time" DOUBLE, weekday DOUBLE, semantic DOUBLE,
    words_a UINTEGER, words_b UINTEGER, words_matched UINTEGER, numbers_changed UINTEGER, names_changed UINTEGER,
    same_form BOOLEAN
) USING {
    'body': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"body":([-+.eE0-9]+)', 1) AS DOUBLE),
    'lead': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"lead":([-+.eE0-9]+)', 1) AS DOUBLE),
    'names': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"names":([-+.eE0-9]+)', 1) AS DOUBLE),
    'time': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"time":([-+.eE0-9]+)', 1) AS DOUBLE),
    'weekday': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"weekday":([-+.eE0-9]+)', 1) AS DOUBLE),
    'semantic': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"semantic":([-+.eE0-9]+)', 1) AS DOUBLE),
    'words_a': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"words_a":([-+.eE0-9]+)', 1) AS UINTEGER),
    'words_b': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"words_b":([-+.eE0-9]+)', 1) AS UINTEGER),
    'words_matched': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"words_matched":([-+.eE0-9]+)', 1) AS UINTEGER),
    'numbers_changed': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"numbers_changed":([-+.eE0-9]+)', 1) AS UINTEGER),
    'names_changed': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"names_changed":([-+.eE0-9]+)', 1) AS UINTEGER),
    'same_form': TRY_CAST(regexp_extract(CAST(features AS VARCHAR), '"same_form":([-+.eE0-9]+)', 1) AS BOOLEAN)
};
COMMENT ON COLUMN links.features IS 'What was measured: by channel for same_story, in words for the others; NULL where it is not.'
