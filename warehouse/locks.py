"""One writer per home: a lock file that says who holds it and that dies with its process."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import Busy, Holder, HomeUnusable
from warehouse.file_modes import as_open_as

LOCK_NAME = "working.lock"
POLL_SECONDS = (
    0.1  # how often a waiting run looks again: short enough to feel at once, long enough to cost nothing
)

# POSIX record locks belong to the process, so two threads of one process would both get it: this set stands between.
# A handle is kept beside each path, since closing any other handle of the file would give the lock up.
_held: dict[Path, int | None] = {}
_held_guard = threading.Lock()


def process_start(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None where there is no such process or no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(
        stat.rpartition(")")[2].split()[19]
    )  # the name in brackets may itself hold spaces and brackets


def is_alive(pid: int, started: int | None) -> bool:
    """Return whether a process runs on this machine and started at `started`, in clock ticks since boot.

    `started` guards against a number given to another process; where it is None, or the system does not report it, the
    number alone decides. A process of another user counts as alive.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is alive and somebody else's
    now = process_start(pid)
    return started is None or now is None or now == started


@contextmanager
def hold(home: Path, *, wait_seconds: float, purpose: str) -> Iterator[None]:
    """Hold the home's lock for the block; wait at most `wait_seconds`, then raise Busy with the holder.

    The home must exist; HomeUnusable where the lock file cannot be written or locked. `purpose` names the holder to
    others. Threads of one process exclude one another too, and the same thread cannot hold it twice. Files made
    meanwhile are for those who may enter the home (`as_open_as`). The lock is the kernel's (fcntl), so it vanishes
    with its process however that dies, and is not inherited by children; the text in the file only names the holder.
    """
    path = (home / LOCK_NAME).resolve()
    deadline = time.monotonic() + wait_seconds
    while not _enter(path):
        if time.monotonic() >= deadline:
            raise Busy(path, read_holder(home))
        time.sleep(POLL_SECONDS)
    try:
        with as_open_as(home):
            handle = _acquire(path, deadline)
            try:
                _write_holder(handle, purpose)
                yield
            finally:
                os.ftruncate(handle, 0)
                _close(path, handle)
    finally:
        with _held_guard:
            _held.pop(path, None)


def read_holder(home: Path) -> Holder:
    """Return what the home's lock file records of its last holder; all fields None where it records nothing.

    Does not test whether the lock is held: after a kill the text stays.
    """
    try:
        said = json.loads(_read_lock_file((home / LOCK_NAME).resolve()))
    except (OSError, ValueError):
        return Holder()
    if not isinstance(said, dict):
        return Holder()
    return Holder(
        pid=said.get("pid"), host=said.get("host"), since=said.get("since"), command=said.get("command")
    )


def _read_lock_file(path: Path) -> bytes:
    """Read the lock file, through the handle that holds the lock where that is this process's own."""
    with _held_guard:
        handle = _held.get(path)
        if handle is not None:
            return os.pread(handle, 4096, 0)
    return path.read_bytes()


def _enter(path: Path) -> bool:
    with _held_guard:
        if path in _held:
            return False
        _held[path] = None
        return True


def _acquire(path: Path, deadline: float) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HomeUnusable(f"cannot write {path}: {error.strerror}") from error
    _held[path] = handle
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                _close(path, handle)
                raise HomeUnusable(f"cannot lock {path}: {error.strerror}") from error
            if time.monotonic() >= deadline:
                holder = read_holder(path.parent)
                _close(path, handle)
                raise Busy(path, holder) from error
            time.sleep(POLL_SECONDS)
        else:
            return handle


def _close(path: Path, handle: int) -> None:
    with _held_guard:  # nobody reads through it any more
        _held[path] = None
        os.close(handle)


def _write_holder(handle: int, purpose: str) -> None:
    said = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": purpose,
    }
    os.ftruncate(handle, 0)
    with suppress(OSError):  # on a full disk the name is missing, the lock holds all the same
        os.pwrite(handle, json.dumps(said).encode(), 0)
