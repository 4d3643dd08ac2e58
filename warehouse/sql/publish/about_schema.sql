-- What the file says of its tables and macros: the same in every publication, written once with the tables. To list all
-- functions of the engine takes longer than most of what a publication does.
INSERT INTO pub._about
SELECT 'table', table_name, comment FROM duckdb_tables() WHERE database_name = 'pub' AND (table_name = '_about' OR NOT starts_with(table_name, '_'))
UNION ALL SELECT DISTINCT 'macro', function_name || '(' || array_to_string(parameters, ', ') || ')', comment
FROM duckdb_functions() WHERE database_name = 'pub' AND function_type = 'table_macro'
