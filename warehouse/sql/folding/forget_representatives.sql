-- Same-story evidence belongs to the representative of a copy group; it goes when another article becomes that.
DELETE FROM profiles USING wanted WHERE profiles.article_id = wanted.article_id;
DELETE FROM story_keys USING wanted WHERE story_keys.article_id = wanted.article_id;
DELETE FROM shared_terms USING wanted WHERE shared_terms.article_id = wanted.article_id;
DELETE FROM shared_vectors USING wanted WHERE shared_vectors.article_id = wanted.article_id;
DELETE FROM trees USING wanted WHERE trees.article_id = wanted.article_id;
DELETE FROM links USING wanted WHERE links.linked_at >= $since AND links.article_a = wanted.article_id AND links.relation = 'same_story';
DELETE FROM links USING wanted WHERE links.linked_at >= $since AND links.article_b = wanted.article_id AND links.relation = 'same_story'
