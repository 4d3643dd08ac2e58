-- One document for each article and content: the one with the latest date, then the smallest place.
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT * FROM incoming
WHERE NOT is_erased AND row NOT IN (SELECT row FROM twins)
QUALIFY row_number() OVER (
    PARTITION BY article_id, content_hash ORDER BY dated_at DESC NULLS LAST, source_ref, row) = 1
