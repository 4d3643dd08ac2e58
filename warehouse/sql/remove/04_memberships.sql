-- A story that loses its canonical article gets the fullest unpaywalled one that is left, then the earliest.
CREATE OR REPLACE TEMP TABLE shrunk_stories AS
SELECT DISTINCT story_id FROM story_articles WHERE article_id IN (FROM doomed);
DELETE FROM story_articles WHERE article_id IN (FROM doomed);
UPDATE story_articles SET role = 'canonical'
WHERE article_id IN (
    SELECT max_by(m.article_id, (NOT a.is_paywalled, a.word_count,
                                 -epoch_us(coalesce(a.published_at, TIMESTAMP '9999-01-01')), -m.article_id::HUGEINT))
    FROM story_articles m JOIN articles a USING (article_id)
    WHERE m.story_id IN (FROM shrunk_stories)
    GROUP BY m.story_id HAVING count(*) FILTER (m.role = 'canonical') = 0)
