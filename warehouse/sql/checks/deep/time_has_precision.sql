-- An article has a time of publication exactly when it says how precisely it is known.
SELECT article_id, published_at, published_precision FROM articles
WHERE (published_at IS NULL) <> (published_precision = 'none')
