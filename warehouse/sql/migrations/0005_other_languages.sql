-- What reports of one event in different languages may share; filled where the setting other_languages is on.
CREATE TABLE shared_terms (article_id UBIGINT NOT NULL, term UBIGINT NOT NULL, weight DOUBLE NOT NULL);
COMMENT ON TABLE shared_terms IS 'Names, countries and numbers of representatives in a form that does not depend on the language. Empty where other_languages is off.';
COMMENT ON COLUMN shared_terms.article_id IS 'Article.';
COMMENT ON COLUMN shared_terms.term IS 'Hash of the name, country or number.';
COMMENT ON COLUMN shared_terms.weight IS 'How much it says, in nats.';
COMMENT ON COLUMN story_relations.relation IS 'follow_up, other_language or related.';
COMMENT ON COLUMN story_relations.score IS 'Mean of their best pair scores; across languages the cosine of what the stories share.';
COMMENT ON COLUMN story_relations.story_a IS 'The earlier story of a follow_up; of another pair the one with the smaller id.'
