SELECT story_id,
       ' ' || regexp_replace(strip_accents(lower(title || ' ' || coalesce(headlines, '') || ' '
           || coalesce(outlets, '') || ' ' || array_to_string(key_terms, ' '))), '[^\p{L}\p{N}]+', ' ', 'g') AS words
FROM (SELECT story_id, title, key_terms FROM pub.stories SEMI JOIN wanted_search USING (story_id))
LEFT JOIN (
    SELECT story_id, string_agg(title, ' ' ORDER BY article_id) FILTER (NOT is_canonical) AS headlines,
           string_agg(DISTINCT publisher, ' ' ORDER BY publisher) AS outlets
    FROM (SELECT story_id, article_id, title, publisher, is_canonical FROM pub.articles SEMI JOIN wanted_search USING (story_id))
    GROUP BY story_id
) USING (story_id)
