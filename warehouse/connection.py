"""Paths of a home's files, and the one way to its databases: the working file to write, the published one to read."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.commit_manifest import note_manifest, reconcile
from warehouse.errors import (
    REBUILD,
    REPUBLISH,
    Busy,
    Damaged,
    DiskFull,
    Holder,
    HomeUnusable,
    NotPublished,
    StorageFailed,
    WarehouseError,
)
from warehouse.file_modes import OWNER_ONLY, as_open_as
from warehouse.locks import POLL_SECONDS, hold

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORKING_NAME = "working.duckdb"
WORKING_CATALOG = "working"  # how SQL names the working file where another one is attached
PUBLISHED_NAME = "news.duckdb"
SPOOL_NAME = "spool"
HISTORY_NAME = "published"
FOREIGN_PREFIX = "foreign-"  # logs of other programs, moved out of the way

# Room for DuckDB's hash tables and sorts. Above it work spills to the spool: slower, never more memory. Half of what a
# run may use in all, since articles in flight need the rest.
MEMORY_LIMIT = "1600MiB"
# For a run of few articles, which reads much and holds little: DuckDB would keep all that it read, up to its limit. The
# larger the file, the more a sort or a table may need.
LEAST_MEMORY_BYTES = 256 << 20
MEMORY_SHARE = 16  # of the working file's bytes
# The write-ahead log is folded into the file at the end of every opening; within one, only when it grows past this, so
# that a load is written twice once and not in slices.
WAL_LIMIT = "256MiB"
# SQL names no variables of Python, and DuckDB fetches and loads no extensions.
NOTHING_BY_ITSELF = dict.fromkeys(
    ("python_enable_replacements", "autoinstall_known_extensions", "autoload_known_extensions"), False
)
DISK_FULL = "the disk is full; nothing was lost"
# Below this much room a refused write is put down to a full disk; what failed has given some of its room back already.
LEAST_ROOM_BYTES = 16 << 20
_FLOCK = struct.Struct("hhqqi4x")  # struct flock of Linux on 64 bits


def working_path(home: Path) -> Path:
    """Return the path of a home's working file, whether it exists or not."""
    return home / WORKING_NAME


def published_path(home: Path) -> Path:
    """Return the path of a home's published file, whether it exists or not."""
    return home / PUBLISHED_NAME


def spool_path(home: Path) -> Path:
    """Return the path of a home's folder for what a run needs only while it runs."""
    return home / SPOOL_NAME


def history_path(home: Path) -> Path:
    """Return the path of a home's folder of older published files."""
    return home / HISTORY_NAME


def foreign_log(home: Path) -> Path | None:
    """Return the path of a log (`.wal`) that another program left beside the published file; None without one."""
    log = published_path(home).with_name(f"{PUBLISHED_NAME}.wal")
    return log if log.exists() else None


def set_aside_foreign_log(home: Path) -> Path | None:
    """Move a log of another program to `foreign-TIME.wal` in the home and return that path; None without one.

    Call it with the home's lock held. DuckDB would replay such a log into the published file, or refuse to open the
    next one because of it.
    """
    log = foreign_log(home)
    if log is None:
        return None
    aside = home / f"{FOREIGN_PREFIX}{time.time_ns()}.wal"
    log.replace(aside)
    return aside


def prepare_home(home: Path, *, mode: int = OWNER_ONLY) -> None:
    """Create a home and the folders in it where they are missing, a new home with the permissions `mode`.

    A home that exists keeps its permissions. Raises HomeUnusable, with the reason, where it cannot be created or
    written.
    """
    try:
        if not home.is_dir():
            home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            home.chmod(mode)  # whatever the umask takes away
        with as_open_as(home):
            for folder in (spool_path(home), history_path(home)):
                folder.mkdir(exist_ok=True)
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
    """Open the working file as its only writer, brought to the current schema, for the block; creates home and file.

    `memory_limit` is DuckDB's; `threads` None means one for each processor. Waits at most `wait_seconds` for another
    holder, then raises Busy naming it. A file that lacks what was committed raises Damaged, since going on would lose
    what people decided and erased; one of a later version NewerSchema; a home that cannot be written HomeUnusable.
    Leaving the block without an error folds the log into the file, so that the file alone is complete. DuckDB's errors
    become Damaged, StorageFailed or DiskFull.
    """
    from warehouse.migrations import begin_with_schema, migrate, note_applied  # of no use to readers

    prepare_home(home)
    with hold(home, wait_seconds=wait_seconds, purpose=purpose):
        set_aside_foreign_log(home)
        settings = {
            "memory_limit": memory_limit,
            "threads": threads or os.cpu_count() or 1,
            "temp_directory": str(spool_path(home) / "duckdb"),
            "checkpoint_threshold": WAL_LIMIT,
            **NOTHING_BY_ITSELF,
        }
        with engine_errors(at=home):
            is_new = begin_with_schema(working_path(home), open_scratch)
        con = _connect(working_path(home), settings, wait_seconds)
        try:
            with engine_errors(at=home):
                if is_new:
                    note_applied(con)
                migrate(con)
                reconcile(con, home)
                yield con
                con.execute("CHECKPOINT")
                note_manifest(con, home)
        finally:
            con.close()


def keep_little(con: DuckDBPyConnection, home: Path) -> None:
    """Lower DuckDB's memory limit on the working file, for a run of few articles; `keep_much` takes it back.

    Threads need room of their own, so there are two at most.
    """
    share = max(LEAST_MEMORY_BYTES, working_path(home).stat().st_size // MEMORY_SHARE)
    con.execute(f"SET memory_limit = '{share}B'; SET threads = {min(2, os.cpu_count() or 1)}")


def keep_much(con: DuckDBPyConnection) -> None:
    """Set DuckDB's memory limit and threads to those of large runs."""
    con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET threads = {os.cpu_count() or 1}")


@contextmanager
def peek_working(home: Path, *, purpose: str) -> Iterator[DuckDBPyConnection]:
    """Open the working file read-only, as it is, holding the home's lock for the block: no waiting, no migration.

    Raises Busy when another process or thread holds it, HomeUnusable where the lock file cannot be written or the
    working file not be read, Damaged when there is no such file or it cannot be opened.
    """
    with hold(home, wait_seconds=0.0, purpose=purpose), engine_errors(at=home):
        con = _connect(working_path(home), {"python_enable_replacements": False}, 0.0, read_only=True)
        try:
            yield con
        finally:
            con.close()


def open_published(home: Path) -> DuckDBPyConnection:
    """Open the published file of a home read-only (`open_sealed`); the caller closes it.

    Raises NotPublished where there is none yet, Damaged, HomeUnusable or Busy where it cannot be opened. Where another
    program left a log beside it, the file is opened under a second name, without that log; if that name cannot be made,
    as it is.
    """
    path = published_path(home)
    if not path.exists():
        raise NotPublished(f"no stories yet: nothing is published in {home}")
    with engine_errors(advice=REPUBLISH):
        return open_sealed(path) if foreign_log(home) is None else _open_apart(home)


def _open_apart(home: Path) -> DuckDBPyConnection:
    """Open the published file under another name for a moment, so that a foreign log beside it is not replayed."""
    apart = spool_path(home) / f"reading-{os.getpid()}-{time.monotonic_ns()}.duckdb"
    try:
        os.link(published_path(home), apart)
    except OSError:  # a reader who may not write here
        return open_sealed(published_path(home))
    try:
        return open_sealed(apart)
    finally:
        apart.unlink()


def open_sealed(path: Path) -> DuckDBPyConnection:
    """Open a published file read-only and sealed: its SQL can reach no other files, extensions or settings.

    The caller closes it. Raises Damaged for a file that is missing or no readable database, HomeUnusable where it may
    not be read, Busy when another process has it open for writing.
    """
    settings: dict[str, object] = {
        "enable_external_access": False,
        **NOTHING_BY_ITSELF,
        "temp_directory": "",
        "lock_configuration": True,
    }
    return _connect(path, settings, 0.0, read_only=True)


def open_scratch(path: Path) -> DuckDBPyConnection:
    """Open for writing a database file that only this process uses; the caller closes it.

    A file that does not exist is created. Memory is bounded by MEMORY_LIMIT. Raises Damaged, DiskFull, HomeUnusable or
    Busy where it cannot be opened.
    """
    settings: dict[str, object] = {"memory_limit": MEMORY_LIMIT, **NOTHING_BY_ITSELF}
    return _connect(path, settings, 0.0)


@contextmanager
def transaction(con: DuckDBPyConnection) -> Iterator[None]:
    """Run the block in one transaction: commit it, or on any error roll back and raise the error.

    Does not nest. A commit of the working file is counted in the manifest of its home at once, so that a log damaged in
    a later kill is noticed.
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
def rolled_back(con: DuckDBPyConnection) -> Iterator[None]:
    """Run the block in a transaction that is rolled back at its end, also without an error: for a dry run.

    Does not nest; an error of the block is raised.
    """
    con.execute("BEGIN")
    try:
        yield
    finally:
        _roll_back(con)


@contextmanager
def engine_errors(*, advice: str = REBUILD, at: Path | None = None) -> Iterator[None]:
    """Turn DuckDB's errors in the block into Damaged, StorageFailed or DiskFull where an operator can act on them.

    An OSError of a full disk or quota is DiskFull too; all other errors are raised as they are. `advice` becomes that
    of a Damaged. `at` is a path on the disk that is written: where it has no room (`has_room`), DuckDB's errors of
    input and output, of a transaction and fatal ones are DiskFull; without it the disk is not examined.
    """
    import duckdb

    try:
        yield
    except Damaged as error:
        error.advice = advice
        raise
    except duckdb.Error as error:
        ours = translate(error, at=at)
        if ours is None:
            raise
        if isinstance(ours, Damaged):
            ours.advice = advice
        raise ours from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(DISK_FULL) from error
        raise


def translate(error: BaseException, *, at: Path | None = None) -> WarehouseError | None:
    """Return DuckDB's error as a DiskFull, StorageFailed or Damaged where an operator can act on it; else None.

    None too for what is no error of DuckDB. Only the class counts: the words may be those of a query, a file name or a
    row. Out of memory is DiskFull; errors of input and output and of a transaction are StorageFailed, or DiskFull where
    the disk of `at` has no room (None: not examined), and so are fatal ones there. Other fatal ones, of serialization,
    and the bare base class, which a wrong checksum alone raises, are Damaged.
    """
    import duckdb

    if not isinstance(error, duckdb.Error):
        return None
    first = (str(error).splitlines() or [type(error).__name__])[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return DiskFull("neither memory nor the disk has room for this; nothing was lost")
    if isinstance(error, duckdb.IOException | duckdb.TransactionException | duckdb.FatalException):
        if at is not None and not has_room(at):
            return DiskFull(DISK_FULL)
        if not isinstance(error, duckdb.FatalException):
            return StorageFailed(f"the file system refused: {first}")
    if type(error) is duckdb.Error or isinstance(
        error, duckdb.FatalException | duckdb.SerializationException
    ):
        return Damaged(f"the warehouse is damaged or was changed by another program: {first}")
    return None


def has_room(path: Path) -> bool:
    """Return whether the disk of a path has at least LEAST_ROOM_BYTES (16 MiB) and a file entry left for this user.

    The path need not exist: the nearest existing folder above it counts. Raises OSError where that fails.
    """
    folder = next(each for each in (path, *path.absolute().parents) if each.is_dir())
    disk = os.statvfs(folder)
    has_entries = disk.f_favail > 0 or disk.f_files == 0  # some file systems count none
    return has_entries and disk.f_bavail * disk.f_frsize >= LEAST_ROOM_BYTES


def _connect(
    path: Path, settings: dict[str, object], wait_seconds: float, *, read_only: bool = False
) -> DuckDBPyConnection:
    import duckdb

    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=settings)  # type: ignore[arg-type]  # noqa: TID251
        except duckdb.Error as error:
            holder = find_locker(path, read_only=read_only)
            if holder is None:
                raise _unopened(path, error) from error
            if time.monotonic() >= deadline:
                raise Busy(path, holder) from error
        time.sleep(POLL_SECONDS)


def find_locker(path: Path, *, read_only: bool) -> Holder | None:
    """Return the process that has a file locked against being opened, by the kernel's record; None when none has.

    `read_only` says how it is to be opened: to read, else to write. None too where the file cannot be opened or
    examined; an empty Holder where the kernel does not know the process. Linux only. Call it only while this process
    does not have the file open: closing any handle of a file gives up all its locks.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        wanted = fcntl.F_RDLCK if read_only else fcntl.F_WRLCK
        answer = fcntl.fcntl(handle, fcntl.F_GETLK, _FLOCK.pack(wanted, os.SEEK_SET, 0, 0, 0))
    except OSError:
        return None
    finally:
        os.close(handle)
    kind, _, _, _, pid = _FLOCK.unpack(answer)
    if kind == fcntl.F_UNLCK:
        return None
    return Holder(pid=pid, command=f"{_program(pid)}, which has it open") if pid > 0 else Holder()


def _program(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/exe").readlink())
    except OSError:
        return "a program"


def _unopened(path: Path, error: Exception) -> WarehouseError:
    """Return why a file that nobody locks could not be opened: not allowed, no room for its log, or damaged."""
    if path.exists() and not os.access(path, os.R_OK):
        return HomeUnusable(f"cannot open {path}: permission denied")
    ours = translate(error, at=path)
    if isinstance(ours, DiskFull) or not isinstance(ours, StorageFailed | None):
        return ours
    return Damaged(f"{path} cannot be opened: {str(error).splitlines()[0]}")
