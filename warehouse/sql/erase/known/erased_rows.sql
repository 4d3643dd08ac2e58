-- Rows of a batch that were erased: the same article, the same content or the same address.
SELECT row FROM new_articles
WHERE article_id IN (SELECT hash FROM tombstones WHERE scope = 'article')
   OR content_hash IN (SELECT hash FROM tombstones WHERE scope = 'content')
   OR EXISTS (
       SELECT 1 FROM tombstones t
       WHERE t.scope = 'url' AND list_contains(
           [md5_number_lower(lower(url)), md5_number_lower(lower(canonical_url)), address_hash(url),
            address_hash(canonical_url)], t.hash))
