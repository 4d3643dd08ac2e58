-- What folding derived from an article's text goes when its text changes or the article is erased.
DELETE FROM signatures USING wanted WHERE signatures.article_id = wanted.article_id;
DELETE FROM bands USING wanted WHERE bands.article_id = wanted.article_id;
DELETE FROM copy_members USING wanted WHERE copy_members.article_id = wanted.article_id;
DELETE FROM links USING wanted WHERE links.linked_at >= $since AND links.article_a = wanted.article_id AND links.relation IN ('exact', 'near_duplicate');
DELETE FROM links USING wanted WHERE links.linked_at >= $since AND links.article_b = wanted.article_id AND links.relation IN ('exact', 'near_duplicate')
