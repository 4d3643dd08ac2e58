SELECT story_id,
       ' ' || regexp_replace(strip_accents(lower(title || ' ' || coalesce(headlines, '') || ' '
           || coalesce(outlets, '') || ' ' || array_to_string(key_terms, ' '))), '[^\p{L}\p{N}]+', ' ', 'g') AS words
FROM pub.stories
LEFT JOIN (
    SELECT story_id, string_agg(title, ' ' ORDER BY article_id) AS headlines,
           string_agg(DISTINCT publisher, ' ' ORDER BY publisher) AS outlets
    FROM pub.articles WHERE story_id IS NOT NULL AND NOT is_canonical GROUP BY story_id
) USING (story_id)
