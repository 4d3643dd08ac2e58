-- What notices say of the articles that came in, and of those that a notice which came in names: withdrawn unless a later
-- state of the item is usable. The provider's count orders them, then the times stated; where neither does, the notice holds.
CREATE OR REPLACE TEMP TABLE item_states AS
WITH concerned AS (
    SELECT article_id FROM ranked
    UNION
    SELECT article_id FROM article_claims
    WHERE kind IN ('item', 'strict') AND claim IN (
        SELECT claim FROM notices WHERE document_id IN (SELECT document_id FROM incoming WHERE is_notice))
), verdicts AS (
    SELECT a.article_id, min(coalesce(n.stated_at, n.seen_at)) AS noticed_at
    FROM articles a
    JOIN article_claims c ON c.article_id = a.article_id AND c.kind IN ('item', 'strict')
    JOIN notices n ON n.claim = c.claim
    WHERE a.article_id IN (FROM concerned)
      AND CASE WHEN n.revision <> a.revision THEN n.revision > a.revision
               WHEN n.stated_at IS NOT NULL AND coalesce(a.updated_at, a.published_at) IS NOT NULL
               THEN n.stated_at >= coalesce(a.updated_at, a.published_at)
               ELSE true END
    GROUP BY a.article_id
)
SELECT a.article_id, coalesce(v.noticed_at, a.withdrawn_at) AS withdrawn_at, coalesce(h.was_withdrawn, false) AS was_withdrawn,
       h.article_id IS NOT NULL AS was_held,
       coalesce(v.noticed_at, a.withdrawn_at) IS NOT NULL OR coalesce(a.embargoed_until > $now, false) AS is_held
FROM articles a LEFT JOIN verdicts v USING (article_id) LEFT JOIN held_before h USING (article_id)
WHERE a.article_id IN (FROM concerned);
UPDATE articles a SET withdrawn_at = s.withdrawn_at, is_held = s.is_held, last_changed_at = $now, run_id = $run_id
FROM item_states s
WHERE a.article_id = s.article_id
  AND (a.withdrawn_at IS DISTINCT FROM s.withdrawn_at OR coalesce(a.is_held, false) <> s.is_held)
