"""How many runs began while a file was put off: something appends to it for ever, and nobody would notice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse.sql_files import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def count_deferrals(con: DuckDBPyConnection, source_refs: Sequence[str]) -> list[tuple[str, int]]:
    """Return (file, number of runs) for files among `source_refs` that an earlier run deferred, the most runs first.

    Counted are the ingest runs begun since the file was first deferred or, where later, since it was last read; it is
    assumed to be deferred still. Equal numbers are ordered by name. A file never deferred, or without such a run, is
    left out.
    """
    if not source_refs:
        return []
    rows = con.execute(statement("queries", "deferrals").sql, {"refs": list(source_refs)}).fetchall()
    return [(str(source_ref), int(runs)) for source_ref, runs in rows]
