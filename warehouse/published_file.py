"""Guard the published file: what was published is noted outside it, so that a change by another program shows."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from warehouse.connection import foreign_log, open_sealed, published_path, translate
from warehouse.errors import REPUBLISH, Damaged, WarehouseError

SEAL_NAME = "published.json"  # size and time of change of the published file, as it was put in place
READ_ONLY = 0o444


def note_published(home: Path, fresh: Path) -> None:
    """Make a file that is about to be put in place read-only, and note its size and time of change in the home.

    By the note a change that another program makes later is noticed.
    Raises OSError where that cannot be written.
    """
    fresh.chmod(fresh.stat().st_mode & READ_ONLY)
    found = fresh.stat()
    note = home / f"{SEAL_NAME}.new"
    note.write_text(json.dumps({"size": found.st_size, "mtime_ns": found.st_mtime_ns}))
    note.replace(home / SEAL_NAME)


def is_as_published(home: Path) -> bool:
    """Return whether the published file still has the size and time of change that were noted at publication.

    False where there is no file, or no note that can be read. The content is not read.
    """
    noted = _noted(home)
    try:
        found = published_path(home).stat()
    except OSError:
        return False
    return noted == {"size": found.st_size, "mtime_ns": found.st_mtime_ns}


def _noted(home: Path) -> object:
    with suppress(OSError, ValueError):
        return json.loads((home / SEAL_NAME).read_text())
    return None


def verify_as_reader(path: Path) -> None:
    """Open a published file as any reader would, count its stories, and close it.

    Raises WarehouseError when it cannot be opened, Damaged when they cannot be counted, as where there is no table
    `stories`.
    """
    import duckdb

    con = open_sealed(path)
    try:
        con.execute("SELECT count(*) FROM stories").fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise translate(error) or Damaged(
            f"{path.name} is no published file of newsfold: {reason}", advice=REPUBLISH
        ) from error
    finally:
        con.close()


def published_problems(home: Path) -> list[str]:
    """Return in sentences what is wrong with the published file for those who open it; empty if nothing is.

    Searched for are a log of another program, a change after publication, and that the file does not open or its
    stories cannot be counted. Empty too where nothing is published yet.
    """
    path = published_path(home)
    if not path.exists():
        return []
    problems = []
    if foreign_log(home) is not None:
        problems.append(f"another program left a log beside it: {path.name}.wal")
    if _noted(home) is not None and not is_as_published(home):
        problems.append("another program changed it after it was published")
    try:
        verify_as_reader(path)
    except WarehouseError as error:
        problems.append(str(error))
    return problems
