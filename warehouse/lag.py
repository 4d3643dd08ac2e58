"""Whether the published file lacks what is committed: a run can end between its commit and its publication."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connection import open_sealed, published_path
from warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LAST_CHANGE = """
SELECT max(run_id) FROM (
    SELECT max(run_id) AS run_id FROM documents
    UNION ALL SELECT max(run_id) FROM story_events
    UNION ALL SELECT max(run_id) FROM runs WHERE status = 'done' AND command <> 'ingest'
)
"""


def is_behind(con: DuckDBPyConnection, home: Path) -> bool:
    """Tell whether a run changed the working file after the one that published last; also when nothing is published.

    A published file that cannot be read counts as behind: publishing replaces it.
    """
    if not published_path(home).exists():
        return True
    (changed,) = con.execute(_LAST_CHANGE).fetchall()[0]
    try:
        published = open_sealed(published_path(home))
    except WarehouseError:
        return True
    try:
        (told,) = published.execute("SELECT max(run_id) FROM runs").fetchall()[0]
    finally:
        published.close()
    return changed is not None and (told is None or changed > told)
