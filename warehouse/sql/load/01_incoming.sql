-- What came in, without the wide columns. `unit` is the file or archive member that holds the record.
-- An address is the same under http and https, www and the sites for telephones, with and without a closing slash.
CREATE OR REPLACE TEMP MACRO address_hash(address) AS md5_number_lower(
    rtrim(regexp_replace(lower(address), '^https?://((www|m|mobile|mobil|touch|wap|amp)\.)*', ''), '/'));
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT row, document_id, article_id, content_hash, source_ref, sha256, word_count, revision, updated_at, captured_at,
       regexp_replace(source_ref, '#\d+$', '') AS unit,
       coalesce(updated_at, published_at) AS dated_at,
       greatest(updated_at, captured_at, published_at) AS latest_at,
       kind NOT IN ('stub', 'teaser', 'index') AND NOT is_paywalled AS is_full,
       coalesce(is_withdrawal, false) AS is_notice,
       url IS NULL AND canonical_url IS NULL AND external_id IS NULL AS is_bare,
       article_id IN (SELECT hash FROM tombstones WHERE scope = 'article')
           OR content_hash IN (SELECT hash FROM tombstones WHERE scope = 'content')
           OR coalesce(md5_number_lower(lower(url)) IN (SELECT hash FROM tombstones WHERE scope = 'url'), false)
           OR coalesce(md5_number_lower(lower(canonical_url)) IN (SELECT hash FROM tombstones WHERE scope = 'url'), false)
           OR coalesce(address_hash(url) IN (SELECT hash FROM tombstones WHERE scope = 'url'), false)
           OR coalesce(address_hash(canonical_url) IN (SELECT hash FROM tombstones WHERE scope = 'url'), false)
           OR coalesce(md5_number_lower(lower(publisher)) IN (SELECT hash FROM tombstones WHERE scope = 'publisher'), false)
           AS is_erased
FROM batch_articles
