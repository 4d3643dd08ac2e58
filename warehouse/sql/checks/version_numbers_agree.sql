-- Every article knows how many versions it has, and its older versions are numbered without a gap.
SELECT v.article_id, a.version, count(*) AS older, count(DISTINCT v.version) AS numbers, max(v.version) AS highest
FROM seen_versions v LEFT JOIN articles a USING (article_id)
GROUP BY v.article_id, a.version
HAVING a.version IS NULL OR a.version <> older + 1 OR numbers <> older OR highest <> older
UNION ALL
SELECT article_id, version, 0, 0, 0 FROM seen_articles
WHERE version <> 1 AND article_id NOT IN (SELECT article_id FROM seen_versions)
