-- A fold takes links back when it compares again; this finds the published ones that are no longer there. Nothing is
-- ever added to a run that is over, so only articles with fewer links of one run than before are looked at link by link.
DELETE FROM pub.links WHERE rowid IN (
    WITH before AS (
        SELECT rowid AS place, article_a, article_b, relation, run_id
        FROM pub.links
    ),
    fewer AS (
        SELECT DISTINCT b.article_a
        FROM (SELECT article_a, run_id, count(*) AS links FROM before GROUP BY ALL) b
        LEFT JOIN (SELECT article_a, run_id, count(*) AS links FROM links GROUP BY ALL) n
            ON n.article_a = ('0x' || b.article_a)::UBIGINT AND n.run_id = b.run_id
        WHERE b.links > coalesce(n.links, 0)
    ),
    suspects AS (
        SELECT place, ('0x' || article_a)::UBIGINT AS article_a, ('0x' || article_b)::UBIGINT AS article_b, relation, run_id
        FROM before SEMI JOIN fewer USING (article_a)
    )
    SELECT place FROM suspects ANTI JOIN links USING (article_a, article_b, relation, run_id))
