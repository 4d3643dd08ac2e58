INSERT INTO article_claims
SELECT DISTINCT claim, kind, article_id, CASE WHEN kind <> 'item' THEN md5_number_lower(lower(title)) END AS headline
FROM new_claims
