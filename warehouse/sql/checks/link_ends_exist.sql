-- Both ends of every link are articles.
SELECT article_a, article_b, relation FROM links
WHERE article_a NOT IN (SELECT article_id FROM articles) OR article_b NOT IN (SELECT article_id FROM articles)
