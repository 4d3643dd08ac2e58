-- Representatives of copy groups without a profile: the one that had it was erased.
SELECT article_id FROM copy_members
WHERE is_representative AND article_id NOT IN (SELECT article_id FROM profiles)
ORDER BY article_id
