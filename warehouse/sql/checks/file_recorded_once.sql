-- Every file is recorded once.
SELECT source_ref, count(*) AS times FROM seen_files GROUP BY source_ref HAVING times > 1
