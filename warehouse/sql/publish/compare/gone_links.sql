-- A fold takes links back when it compares again; this finds the published ones that are no longer there.
DELETE FROM pub.links WHERE relation NOT IN ('must_link', 'cannot_link') AND rowid IN (
    SELECT p.place FROM (
        SELECT rowid AS place, ('0x' || article_a)::UBIGINT AS article_a, ('0x' || article_b)::UBIGINT AS article_b,
               relation, run_id
        FROM pub.links
    ) p ANTI JOIN links l USING (article_a, article_b, relation, run_id))
