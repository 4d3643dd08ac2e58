"""The one door to the database: open the working file for writing or the published file for reading."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import (
    REBUILD,
    REPUBLISH,
    Busy,
    Damaged,
    DiskFull,
    Holder,
    HomeUnusable,
    NotPublished,
    WarehouseError,
)
from warehouse.locks import POLL_SECONDS, hold
from warehouse.manifest import note_manifest, reconcile
from warehouse.migrations import migrate

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORKING_NAME = "working.duckdb"
WORKING_CATALOG = "working"  # how SQL names the working file where another one is attached
PUBLISHED_NAME = "news.duckdb"
SPOOL_NAME = "spool"
HISTORY_NAME = "published"

# Room for DuckDB's hash tables and sorts. Above it work spills to the spool: slower, never more memory. Half of what a
# run may use in all, since articles in flight need the rest.
MEMORY_LIMIT = "1600MiB"
# The write-ahead log is folded into the file at the end of every opening; within one, only when it grows past this, so
# that a load is written twice once and not in slices.
WAL_LIMIT = "256MiB"
DISK_FULL = "the disk is full; nothing was lost, make room and run again"


def working_path(home: Path) -> Path:
    """Return where the working file of a home lies."""
    return home / WORKING_NAME


def published_path(home: Path) -> Path:
    """Return where the published file of a home lies."""
    return home / PUBLISHED_NAME


def spool_path(home: Path) -> Path:
    """Return the folder for what a run needs only while it runs."""
    return home / SPOOL_NAME


def history_path(home: Path) -> Path:
    """Return the folder of older published files."""
    return home / HISTORY_NAME


def prepare_home(home: Path) -> None:
    """Create the folders of a home; raise HomeUnusable with the reason when that cannot be."""
    try:
        for folder in (home, spool_path(home), history_path(home)):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HomeUnusable(f"cannot use {home} as home: {error.strerror}") from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise HomeUnusable(f"cannot use {home} as home: it is not writable")


@contextmanager
def open_working(
    home: Path,
    *,
    wait_seconds: float = 0.0,
    purpose: str,
    memory_limit: str = MEMORY_LIMIT,
    threads: int | None = None,
) -> Iterator[DuckDBPyConnection]:
    """Open the working file as its only writer, at the current schema; keep it open for as short as possible.

    Waits at most `wait_seconds` for another holder, then raises Busy naming it; a file that lacks what was committed
    raises Damaged, since going on would lose what people decided and erased. Leaving the block without an error folds
    the log into the file, so that the file alone is complete. Engine errors come out as WarehouseError.
    """
    prepare_home(home)
    with hold(home, wait_seconds=wait_seconds, purpose=purpose):
        settings = {
            "memory_limit": memory_limit,
            "threads": threads or os.cpu_count() or 1,
            "temp_directory": str(spool_path(home) / "duckdb"),
            "checkpoint_threshold": WAL_LIMIT,
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        con = _connect(working_path(home), settings, wait_seconds)
        try:
            with engine_errors():
                migrate(con)
                reconcile(con, home)
                yield con
                con.execute("CHECKPOINT")
                note_manifest(con, home)
        finally:
            con.close()


@contextmanager
def peek_working(home: Path, *, purpose: str) -> Iterator[DuckDBPyConnection]:
    """Read the working file as it is, without waiting, migrating or writing; raise Busy when a run is at work."""
    with hold(home, wait_seconds=0.0, purpose=purpose), engine_errors():
        con = _connect(working_path(home), {"python_enable_replacements": False}, 0.0, read_only=True)
        try:
            yield con
        finally:
            con.close()


def open_published(home: Path) -> DuckDBPyConnection:
    """Open the published file read-only, with no way out of it: no files, no extensions, no settings."""
    path = published_path(home)
    if not path.exists():
        raise NotPublished(f"nothing published in {home} yet: run `newsfold ingest` first")
    with engine_errors(remedy=REPUBLISH):
        return open_sealed(path)


def open_sealed(path: Path) -> DuckDBPyConnection:
    """Open any published file read-only and sealed off."""
    settings: dict[str, object] = {
        "enable_external_access": False,
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": "",
        "lock_configuration": True,
    }
    return _connect(path, settings, 0.0, read_only=True)


def open_scratch(path: Path) -> DuckDBPyConnection:
    """Open a file that nobody else knows of yet, to write it from the start."""
    settings: dict[str, object] = {
        "memory_limit": MEMORY_LIMIT,
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return _connect(path, settings, 0.0)


@contextmanager
def transaction(con: DuckDBPyConnection) -> Iterator[None]:
    """Commit the block as one, or nothing of it. Does not nest.

    A commit of the working file is counted in its manifest at once: should the log be damaged after a kill, what is
    missing shows.
    """
    con.execute("BEGIN")
    try:
        yield
        con.execute("COMMIT")
    except BaseException:
        _roll_back(con)
        raise
    home = _home_of(con)
    if home is not None:
        note_manifest(con, home)


def _home_of(con: DuckDBPyConnection) -> Path | None:
    """Return the home whose working file a connection writes; None for scratch."""
    found = con.execute(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_catalog()"
    ).fetchall()
    path = Path(found[0][0] or "")
    return path.parent if path.name == WORKING_NAME else None


def _roll_back(con: DuckDBPyConnection) -> None:
    import duckdb

    try:
        con.execute("ROLLBACK")
    except duckdb.Error:
        return  # the engine rolled back by itself (a failed commit, a fatal error); the first error is the one to tell


@contextmanager
def engine_errors(*, remedy: str = REBUILD) -> Iterator[None]:
    """Turn the engine's errors that an operator can act on into ours; others pass as they are.

    `remedy` is what to do about damage to the file at hand.
    """
    import duckdb

    try:
        yield
    except Damaged as error:
        error.remedy = remedy
        raise
    except duckdb.Error as error:
        told = as_ours(error)
        if told is None:
            raise
        if isinstance(told, Damaged):
            told.remedy = remedy
        raise told from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(DISK_FULL) from error
        raise


def as_ours(error: Exception) -> WarehouseError | None:
    """Return the engine's error as one of ours where an operator can act on it; else None."""
    import duckdb

    if not isinstance(error, duckdb.Error):
        return None
    text = str(error)
    first = text.splitlines()[0] if text else type(error).__name__
    if "No space left" in text or "ENOSPC" in text or "max_temp_directory_size" in text:
        return DiskFull(DISK_FULL)
    if "checksum" in text.lower() or "corrupt" in text.lower():
        return Damaged(f"the warehouse is damaged: {first}")
    if isinstance(error, (duckdb.FatalException, duckdb.SerializationException)):
        return Damaged(f"the warehouse is damaged or was changed by another program: {first}")
    return None


def _connect(
    path: Path, settings: dict[str, object], wait_seconds: float, *, read_only: bool = False
) -> DuckDBPyConnection:
    import duckdb

    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=settings)  # type: ignore[arg-type]  # noqa: TID251
        except duckdb.Error as error:
            holder = _foreign_holder(str(error))
            if holder is None:
                raise _unopened(path, error) from error
            if time.monotonic() >= deadline:
                raise Busy(path, holder) from error
        time.sleep(POLL_SECONDS)


def _foreign_holder(text: str) -> Holder | None:
    """Read from the engine's message which process has the file open; a forgotten reader is named here."""
    if "lock" not in text.lower():
        return None
    found = re.search(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)", text)
    if found is None:
        return Holder() if "Could not set lock" in text else None
    pid = int(found["pid"])
    return Holder(pid=pid, command=f"{found['program']}, which has it open")


def _unopened(path: Path, error: Exception) -> WarehouseError:
    told = as_ours(error)
    if told is not None:
        return told
    first = str(error).splitlines()[0]
    if "Permission denied" in first:
        return HomeUnusable(f"cannot open {path}: permission denied")
    return Damaged(f"{path} cannot be opened: {first}")
