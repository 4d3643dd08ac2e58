"""Facts out of bytes and text: pure functions that know no file, clock, network, Prefect or DuckDB."""
