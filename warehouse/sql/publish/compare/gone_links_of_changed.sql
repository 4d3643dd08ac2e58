-- A fold takes links back of articles whose text, copy group or rank in it changed: published links of those that are no
-- longer there. Others, if any, are found by gone_links.
DELETE FROM pub.links WHERE rowid IN (
    WITH changed AS MATERIALIZED (SELECT format('{:016x}', article_id) AS article_id FROM changed_articles WHERE NOT is_new),
    suspects AS MATERIALIZED (
        SELECT place, ('0x' || article_a)::UBIGINT AS article_a, ('0x' || article_b)::UBIGINT AS article_b, relation, run_id
        FROM (
            SELECT rowid AS place, article_a, article_b, relation, run_id
            FROM pub.links SEMI JOIN changed c ON c.article_id = links.article_a
            WHERE linked_at >= (FROM changed_since)
            UNION
            SELECT rowid, article_a, article_b, relation, run_id
            FROM pub.links SEMI JOIN changed c ON c.article_id = links.article_b
            WHERE linked_at >= (FROM changed_since)
        )
    )
    SELECT place FROM suspects
    ANTI JOIN (FROM links WHERE article_a IN (SELECT article_a FROM suspects)) kept
        USING (article_a, article_b, relation, run_id))
