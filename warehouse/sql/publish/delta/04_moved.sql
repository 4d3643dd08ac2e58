-- Articles that only changed their story, role or copy group keep their text where it is.
UPDATE pub.articles p SET story_id = m.story_id, is_canonical = m.is_canonical, copy_group_id = m.copy_group_id
FROM (
    SELECT format('{:016x}', w.article_id) AS article_id, format('{:016x}', s.story_id) AS story_id,
           coalesce(s.role = 'canonical', false) AS is_canonical, format('{:016x}', c.copy_group_id) AS copy_group_id
    FROM changed_articles w
    LEFT JOIN story_articles s ON s.article_id = w.article_id
    LEFT JOIN copy_members c ON c.article_id = w.article_id
    WHERE NOT w.is_new AND NOT w.is_gone AND NOT w.is_rewritten
) m
WHERE p.article_id = m.article_id
