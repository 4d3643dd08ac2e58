-- Articles that stand for their copy group and have no profile: the one that had it was erased.
SELECT article_id FROM copy_members
WHERE is_representative AND article_id NOT IN (SELECT article_id FROM profiles)
ORDER BY article_id
