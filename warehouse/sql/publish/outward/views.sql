-- What people query: every published table whose name has no leading underscore.
SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT starts_with(table_name, '_')
UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND NOT starts_with(view_name, '_')
ORDER BY ALL
