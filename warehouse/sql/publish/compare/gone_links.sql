-- A fold takes links back when it compares again; this finds the published ones that are no longer there. Nothing is
-- ever added to a run that is over, so only articles with fewer links of one run than before are looked at link by link.
DELETE FROM pub.links WHERE rowid IN (
    WITH before AS (
        SELECT article_a, ('0x' || article_a)::UBIGINT AS number, run_id, count(*) AS links
        FROM pub.links WHERE relation NOT IN ('must_link', 'cannot_link') GROUP BY ALL
    ),
    now AS (SELECT article_a AS number, run_id, count(*) AS links FROM links GROUP BY ALL),
    fewer AS (
        SELECT DISTINCT b.article_a FROM before b LEFT JOIN now n ON n.number = b.number AND n.run_id = b.run_id
        WHERE b.links > coalesce(n.links, 0)
    ),
    suspects AS (
        SELECT p.rowid AS place, ('0x' || p.article_a)::UBIGINT AS article_a, ('0x' || p.article_b)::UBIGINT AS article_b,
               p.relation, p.run_id
        FROM pub.links p SEMI JOIN fewer USING (article_a)
        WHERE p.relation NOT IN ('must_link', 'cannot_link')
    )
    SELECT s.place FROM suspects s ANTI JOIN links l USING (article_a, article_b, relation, run_id))
