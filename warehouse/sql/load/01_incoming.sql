-- What came in, without the wide columns.
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT row, document_id, article_id, content_hash, source_ref, sha256, word_count,
       coalesce(updated_at, published_at) AS dated_at,
       url IS NULL AND canonical_url IS NULL AND external_id IS NULL AS is_bare,
       article_id IN (SELECT hash FROM tombstones WHERE scope = 'article')
           OR content_hash IN (SELECT hash FROM tombstones WHERE scope = 'content')
           OR coalesce(md5_number_lower(lower(url)) IN (SELECT hash FROM tombstones WHERE scope = 'url'), false)
           OR coalesce(md5_number_lower(lower(canonical_url)) IN (SELECT hash FROM tombstones WHERE scope = 'url'), false)
           OR coalesce(md5_number_lower(lower(publisher)) IN (SELECT hash FROM tombstones WHERE scope = 'publisher'), false)
           AS is_erased
FROM batch_articles
