-- Articles that turned out to be states of another one become its versions; ids and decisions lead there.
UPDATE article_redirects r SET article_id = m.article_id FROM merges m WHERE r.article_id = m.old_id;
INSERT INTO article_redirects SELECT old_id, article_id, $run_id, $now FROM merges;
INSERT INTO article_versions
SELECT a.* REPLACE (m.article_id AS article_id) FROM articles a JOIN merges m ON m.old_id = a.article_id;
DELETE FROM articles WHERE article_id IN (SELECT old_id FROM merges);
UPDATE article_versions v SET article_id = m.article_id FROM merges m WHERE v.article_id = m.old_id;
DELETE FROM article_versions v
WHERE article_id IN (FROM merged_articles)
  AND ((article_id, content_hash) IN (SELECT (article_id, content_hash) FROM articles WHERE article_id IN (FROM merged_articles))
       OR rowid NOT IN (SELECT min(rowid) FROM article_versions WHERE article_id IN (FROM merged_articles)
                         GROUP BY article_id, content_hash));
DELETE FROM article_claims c USING merges m
WHERE c.article_id = m.old_id
  AND (c.claim, c.kind, m.article_id) IN (SELECT (claim, kind, article_id) FROM article_claims);
UPDATE article_claims c SET article_id = m.article_id FROM merges m WHERE c.article_id = m.old_id;
UPDATE documents d SET article_id = m.article_id FROM merges m WHERE d.article_id = m.old_id;
UPDATE decisions o SET article_a = m.article_id FROM merges m WHERE o.article_a = m.old_id;
UPDATE decisions o SET article_b = m.article_id FROM merges m WHERE o.article_b = m.old_id;
DELETE FROM decisions WHERE article_a = article_b;
UPDATE decisions SET article_a = article_b, article_b = article_a WHERE article_a > article_b;
DELETE FROM story_articles s USING merges m
WHERE s.article_id = m.old_id AND (s.story_id, m.article_id) IN (SELECT (story_id, article_id) FROM story_articles);
UPDATE story_articles s SET article_id = m.article_id FROM merges m WHERE s.article_id = m.old_id
