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

LOCK_NAME = "working.lock"
POLL_SECONDS = (
    0.1  # how often a waiting run looks again: short enough to feel at once, long enough to cost nothing
)

# POSIX record locks belong to the process, so two threads of one process would both get it: this set stands between.
_held: set[Path] = set()
_held_guard = threading.Lock()


def process_start(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(
        stat.rpartition(")")[2].split()[19]
    )  # the name in brackets may itself hold spaces and brackets


def is_alive(pid: int, started: int | None) -> bool:
    """Tell whether this very process still runs here; `started` guards against a number given to another."""
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

    The lock is the kernel's, so it vanishes with its process however that dies, and is not inherited by children;
    the text in the file only names the holder.
    """
    path = (home / LOCK_NAME).resolve()
    deadline = time.monotonic() + wait_seconds
    while not _enter(path):
        if time.monotonic() >= deadline:
            raise Busy(path, read_holder(home))
        time.sleep(POLL_SECONDS)
    try:
        handle = _acquire(path, deadline)
        try:
            _write_holder(handle, purpose)
            yield
        finally:
            os.ftruncate(handle, 0)
            os.close(handle)
    finally:
        with _held_guard:
            _held.discard(path)


def read_holder(home: Path) -> Holder:
    """Return what the lock file says of its holder; empty when it says nothing."""
    try:
        said = json.loads((home / LOCK_NAME).read_text())
    except (OSError, ValueError):
        return Holder()
    if not isinstance(said, dict):
        return Holder()
    return Holder(
        pid=said.get("pid"), host=said.get("host"), since=said.get("since"), command=said.get("command")
    )


def _enter(path: Path) -> bool:
    with _held_guard:
        if path in _held:
            return False
        _held.add(path)
        return True


def _acquire(path: Path, deadline: float) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HomeUnusable(f"cannot write {path}: {error.strerror}") from error
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                os.close(handle)
                raise HomeUnusable(f"cannot lock {path}: {error.strerror}") from error
            if time.monotonic() >= deadline:
                os.close(handle)
                raise Busy(path, read_holder(path.parent)) from error
            time.sleep(POLL_SECONDS)
        else:
            return handle


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
