-- Both ends of every link are articles.
SELECT article_a, article_b, relation FROM seen_links l ANTI JOIN articles a ON a.article_id = l.article_a
UNION ALL
SELECT article_a, article_b, relation FROM seen_links l ANTI JOIN articles a ON a.article_id = l.article_b
