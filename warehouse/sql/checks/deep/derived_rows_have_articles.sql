-- Signatures, bands, profiles, keys and trees belong to articles that exist.
SELECT 'signatures' AS place, article_id FROM signatures WHERE article_id NOT IN (SELECT article_id FROM articles)
UNION ALL
SELECT 'bands', article_id FROM bands WHERE article_id NOT IN (SELECT article_id FROM articles)
UNION ALL
SELECT 'profiles', article_id FROM profiles WHERE article_id NOT IN (SELECT article_id FROM articles)
UNION ALL
SELECT 'story_keys', article_id FROM story_keys WHERE article_id NOT IN (SELECT article_id FROM articles)
UNION ALL
SELECT 'shared_terms', article_id FROM shared_terms WHERE article_id NOT IN (SELECT article_id FROM articles)
UNION ALL
SELECT 'shared_vectors', article_id FROM shared_vectors WHERE article_id NOT IN (SELECT article_id FROM articles)
UNION ALL
SELECT 'trees', article_id FROM trees WHERE article_id NOT IN (SELECT article_id FROM articles)
