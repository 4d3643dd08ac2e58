-- A group that loses its representative gets the one that would stand for it by length, then id.
CREATE OR REPLACE TEMP TABLE shrunk_groups AS
SELECT DISTINCT copy_group_id FROM copy_members WHERE article_id IN (FROM doomed);
DELETE FROM copy_members WHERE article_id IN (FROM doomed);
UPDATE copy_members SET is_representative = true
WHERE article_id IN (
    SELECT max_by(c.article_id, (a.word_count, -c.article_id::HUGEINT))
    FROM copy_members c JOIN articles a USING (article_id)
    WHERE c.copy_group_id IN (FROM shrunk_groups)
    GROUP BY c.copy_group_id HAVING NOT bool_or(c.is_representative))
