-- Reports of one event lie near each other in time: a run looks at the keys of those days alone.
ALTER TABLE story_keys ADD COLUMN day INTEGER;
COMMENT ON COLUMN story_keys.day IS 'Day of publication, counted from 1970-01-01; NULL when not known.';
UPDATE story_keys SET day = CAST(floor(epoch(a.published_at) / 86400) AS INTEGER)
FROM articles a WHERE a.article_id = story_keys.article_id AND a.published_precision <> 'none'
