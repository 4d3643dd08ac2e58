-- A notice that came before its item leads to the article as soon as that is there; of several, to the one of the least id.
UPDATE documents d SET article_id = f.article_id, detail = 'takes back the article named here'
FROM (SELECT n.document_id, min(s.article_id) AS article_id
      FROM item_states s
      JOIN article_claims c ON c.article_id = s.article_id AND c.kind IN ('item', 'strict')
      JOIN notices n ON n.claim = c.claim
      GROUP BY n.document_id) f
WHERE d.document_id = f.document_id AND d.reason = 'withdrawal' AND d.article_id IS NULL
