"""The latest runs, told from wherever they can be read without waiting."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connection import open_published, peek_working, working_path
from warehouse.errors import WarehouseError
from warehouse.queries import list_runs

if TYPE_CHECKING:
    from warehouse.rows import RunRow


def latest_runs(home: Path, *, limit: int = 20) -> list[RunRow]:
    """Return the latest runs, failed ones too: the working file knows them at once, the published one after the next.

    Where the working file is at work, damaged or not ours to open, the published file answers. Raises NotPublished
    when there is neither.
    """
    if working_path(home).exists():
        with suppress(WarehouseError), peek_working(home, purpose="newsfold runs") as con:
            return list_runs(con, limit=limit)
    con = open_published(home)
    try:
        return list_runs(con, limit=limit)
    finally:
        con.close()
