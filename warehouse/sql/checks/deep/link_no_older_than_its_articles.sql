-- No link was made before its articles came in: folding looks for the links of an article from then on.
SELECT l.article_a, l.article_b, l.linked_at FROM links l JOIN articles a ON a.article_id = l.article_a
WHERE l.linked_at < a.first_seen_at
UNION ALL
SELECT l.article_a, l.article_b, l.linked_at FROM links l JOIN articles a ON a.article_id = l.article_b
WHERE l.linked_at < a.first_seen_at
