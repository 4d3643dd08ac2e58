-- What a multilingual encoder makes of reports; filled where the setting other_languages is "encoder".
CREATE TABLE shared_vectors (article_id UBIGINT NOT NULL, is_headline BOOLEAN NOT NULL, vector BLOB NOT NULL);
COMMENT ON TABLE shared_vectors IS 'Vectors of representatives that can be compared across languages. Empty where other_languages is not encoder.';
COMMENT ON COLUMN shared_vectors.article_id IS 'Article.';
COMMENT ON COLUMN shared_vectors.is_headline IS 'Whether title and beginning, which were encoded, are no longer than a headline.';
COMMENT ON COLUMN shared_vectors.vector IS 'Unit vector, half floats in little-endian order.';
COMMENT ON COLUMN story_relations.score IS 'Mean of their best pair scores; across languages the cosine of what the stories share, with an encoder that of their vectors and .3 of it, at most 1.'
