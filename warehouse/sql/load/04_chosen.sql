-- One document for each article and content: the latest state, then the shortest address, then the smallest place.
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT * FROM incoming
WHERE NOT is_erased AND NOT is_notice AND row NOT IN (SELECT row FROM twins)
QUALIFY row_number() OVER (
    PARTITION BY article_id, content_hash
    ORDER BY is_full DESC, revision DESC NULLS LAST, dated_at DESC NULLS LAST, captured_at DESC NULLS LAST, source_ref, row) = 1
