"""Rewrite the files of a home: to give back room, and so that what was erased is in no byte of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from warehouse.connection import (
    FOREIGN_PREFIX,
    WORKING_CATALOG,
    engine_errors,
    history_path,
    open_scratch,
    open_working,
    spool_path,
    working_path,
)
from warehouse.locks import hold
from warehouse.migrations import migrate
from warehouse.publish import Publication, publish, remove, spare_path, sync

OWED_NAME = "scrub.owed"  # a file of the home, there while bytes of deleted texts may lie in the others
# Where the order of rows helps later reads: neighbours in time lie together.
ORDER = {"articles": "ORDER BY coalesce(published_at, first_seen_at), article_id"}


def compact(home: Path, *, wait_seconds: float = 0.0, purpose: str = "compaction") -> tuple[int, int]:
    """Write the working file anew, table by table, put it in place, and return its bytes before and after.

    Brings it to the current schema first. Articles are stored by time of publication (else of arrival), so that
    neighbours in time lie together. A crash or an error leaves the old file in place; otherwise its freed blocks are
    gone with whatever they held. Waits at most `wait_seconds` for the lock, twice, then raises Busy; also Damaged,
    NewerSchema and HomeUnusable.
    """
    old, fresh = working_path(home), spool_path(home) / "compacting.duckdb"
    with open_working(home, wait_seconds=wait_seconds, purpose=purpose):
        pass  # bring the schema up and fold the log in, so that the file alone is complete
    with hold(home, wait_seconds=wait_seconds, purpose=purpose), engine_errors(at=home):
        before = old.stat().st_size
        fresh.unlink(missing_ok=True)
        con = open_scratch(fresh)
        try:
            migrate(con)
            quoted = str(old).replace("'", "''")
            con.execute(f"ATTACH '{quoted}' AS {WORKING_CATALOG} (READ_ONLY)")
            tables = con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal",
                [WORKING_CATALOG],
            ).fetchall()
            for (table,) in tables:
                con.execute(f'TRUNCATE "{table}"')
                con.execute(
                    f'INSERT INTO "{table}" BY NAME FROM {WORKING_CATALOG}."{table}" {ORDER.get(table, "")}'
                )
            con.execute(f"DETACH {WORKING_CATALOG}")
            con.execute("CHECKPOINT")
        except BaseException:
            con.close()
            remove(fresh)  # half a file is of no use, and its room may be what is missing
            raise
        con.close()
        sync(fresh)
        fresh.replace(old)
    return before, old.stat().st_size


@contextmanager
def scrub_recorded(home: Path) -> Iterator[None]:
    """Record in the home, before the block deletes rows with text, that their bytes have to leave the files.

    The record is the file `scrub.owed`; `scrub` deletes it at its end, so that an interrupted scrub is begun again by
    the next run. A block that raises must have deleted nothing: the file is removed, unless it was there before, and
    the error is raised. Raises DiskFull where the file cannot be written.
    """
    was_owed = is_scrub_owed(home)
    _owe_scrub(home)
    try:
        yield
    except BaseException:
        if not was_owed:
            clear_scrub_record(home)
        raise


def _owe_scrub(home: Path) -> None:
    with engine_errors(at=home):
        (home / OWED_NAME).touch()


def clear_scrub_record(home: Path) -> None:
    """Delete `scrub.owed`, the record that a scrub is still to be done; nothing happens where there is none."""
    (home / OWED_NAME).unlink(missing_ok=True)


def is_scrub_owed(home: Path) -> bool:
    """Return whether bytes of deleted texts may still lie in the home's files, since a scrub was not completed."""
    return (home / OWED_NAME).exists()


def scrub(home: Path, *, now: datetime, wait_seconds: float = 0.0) -> Publication:
    """Rewrite working and published file and delete older copies, so that erased bytes are in no file of the home.

    Earlier publications, logs of other programs and the spare file are deleted first, to make room for the rewriting;
    at the end the spool too, unless another process's run is marked as running. Call it with the working file closed.
    Raises Busy after waiting `wait_seconds` for each opening, or DiskFull when even that room is not enough: each file
    is then the old or the new one, whole, `scrub.owed` stays, and calling it again completes it. `now` is naive UTC.
    """
    _owe_scrub(home)
    _drop_copies(home)
    compact(home, wait_seconds=wait_seconds, purpose="erasure")
    with open_working(home, wait_seconds=wait_seconds, purpose="erasure") as con:
        published = publish(con, home, now=now, keep=0, anew=True)
        others = con.execute(
            "SELECT count(*) FROM runs WHERE status = 'running' AND pid <> ?", [os.getpid()]
        ).fetchall()[0][0]
    _drop_copies(home)
    if (
        not others
    ):  # a run under way needs its scratch; it clears that at its end, and the marks keep its copies out
        for path in spool_path(home).iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    clear_scrub_record(home)
    return published


def _drop_copies(home: Path) -> None:
    for path in history_path(home).glob("*.duckdb*"):
        path.unlink()
    for path in home.glob(f"{FOREIGN_PREFIX}*.wal"):
        path.unlink()
    spare_path(home).unlink(missing_ok=True)
