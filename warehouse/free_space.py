"""How much of the working file is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def free_share(con: DuckDBPyConnection) -> float:
    """Return the share (0 to 1) of the blocks of the connection's database file that are free.

    It is 0 for a file without blocks.
    """
    total, free = con.execute(
        "SELECT total_blocks, free_blocks FROM pragma_database_size() WHERE database_name = current_catalog()"
    ).fetchall()[0]
    return free / total if total else 0.0
