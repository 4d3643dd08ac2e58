-- Articles that only changed their story, role or copy group keep their text where it is.
UPDATE pub.articles p SET story_id = m.story_id, is_canonical = m.is_canonical, copy_group_id = m.copy_group_id,
       publisher_family = m.publisher_family, source_id = m.source_id,
       is_representative = m.is_representative
FROM (
    SELECT w.published_place, format('{:016x}', s.story_id) AS story_id,
           coalesce(s.role = 'canonical', false) AS is_canonical, format('{:016x}', c.copy_group_id) AS copy_group_id,
           s.publisher_family, s.source_id,
           coalesce(c.is_representative, false) AS is_representative
    FROM published_places w
    LEFT JOIN story_articles s ON s.article_id = w.article_id
    LEFT JOIN copy_members c ON c.article_id = w.article_id
    WHERE NOT w.is_replaced
) m
WHERE p.rowid = m.published_place;
-- Whether two articles are together changes with the story of either.
UPDATE pub.links l SET together = n.together
FROM (
    SELECT k.place, coalesce(a.story_id = b.story_id, false) AS together
    FROM (
        SELECT rowid AS place, article_a, article_b FROM pub.links SEMI JOIN moved_articles m ON m.article_id = links.article_a
        WHERE linked_at >= (FROM changed_since)
        UNION
        SELECT rowid, article_a, article_b FROM pub.links SEMI JOIN moved_articles m ON m.article_id = links.article_b
        WHERE linked_at >= (FROM changed_since)
    ) k
    LEFT JOIN story_articles a ON a.article_id = ('0x' || k.article_a)::UBIGINT
    LEFT JOIN story_articles b ON b.article_id = ('0x' || k.article_b)::UBIGINT
) n
WHERE l.rowid = n.place AND l.together <> n.together;
-- Documents of articles that turned out to be states of another one lead to that one.
UPDATE pub.documents d SET article_id = format('{:016x}', r.article_id)
FROM article_redirects r
WHERE r.run_id IN (FROM open_runs) AND d.article_id = format('{:016x}', r.old_id);
-- Notices that came before their items lead to the articles that are there now.
UPDATE pub.documents d SET article_id = format('{:016x}', n.article_id), detail = n.detail
FROM documents n
WHERE d.reason = 'withdrawal' AND d.article_id IS NULL AND n.reason = 'withdrawal' AND n.article_id IS NOT NULL
  AND d.document_id = format('{:016x}', n.document_id)
