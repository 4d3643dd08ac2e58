"""DuckDB and SQL: the working file is written, folded, checked and published; the published file is queried."""
