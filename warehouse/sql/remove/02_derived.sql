DELETE FROM signatures WHERE article_id IN (FROM doomed);
DELETE FROM bands WHERE article_id IN (FROM doomed);
DELETE FROM profiles WHERE article_id IN (FROM doomed);
DELETE FROM story_keys WHERE article_id IN (FROM doomed);
DELETE FROM shared_terms WHERE article_id IN (FROM doomed);
DELETE FROM shared_vectors WHERE article_id IN (FROM doomed);
DELETE FROM trees WHERE article_id IN (FROM doomed);
DELETE FROM links WHERE article_a IN (FROM doomed) OR article_b IN (FROM doomed);
DELETE FROM decisions WHERE article_a IN (FROM doomed) OR article_b IN (FROM doomed);
DELETE FROM article_originals WHERE article_id IN (FROM doomed);
DELETE FROM article_claims WHERE article_id IN (FROM doomed);
DELETE FROM article_redirects WHERE article_id IN (FROM doomed);
DELETE FROM story_events WHERE article_id IN (FROM doomed)
