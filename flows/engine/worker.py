"""The engine's other side: a process that takes items from a pipe and writes a result file for each."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import resource
import signal
import sys
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from struct import Struct
from typing import Any, Protocol

from transforms.types import Reason

SLOT_BYTES = 8192  # room for the longest path and a member of an archive in it
NO_DOCUMENT = -1
_HEAD = Struct("=qqH")  # position of the document in its item, `nth`, length of the reference that follows
_REF_BYTES = SLOT_BYTES - _HEAD.size
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# What workers have done is used by one process, which is what everything waits for: they stand back behind it.
_NICENESS = 5
PART_SUFFIX = ".part"


Key = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A document that ended its worker (crash, memory, time): the next attempt leaves it out, and the task rejects it.

    Fields: `position` in its item, `source_ref`, `nth` occurrence of that reference, `reason` and `detail` in words.
    """

    position: int  # in its item, from 0
    source_ref: str
    nth: int  # how often the item had begun this reference before
    reason: Reason
    detail: str

    @property
    def key(self) -> Key:
        """Return (source_ref, nth), by which the next attempt finds the document: its position may differ there."""
        return self.source_ref, self.nth


@dataclass(frozen=True, slots=True)
class Ready:
    """Message of a worker to its parent: it has started and imported its modules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Message of a worker to its parent: it ends, since an import failed, for `reason` (one line, with the `trace`)."""

    reason: str  # one line
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Message of a worker to its parent: the result file of an item, one unit of work, is written.

    `documents` were read for it."""

    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """Message of a worker to its parent: the task raised an error while the document of `loss` was open."""

    loss: Loss
    is_no_room: bool
    trace: str


class Progress(Protocol):
    """What a task calls to announce each document, and from which it learns which documents to leave out."""

    def begin(self, source_ref: str) -> Loss | None:
        """Announce the next document, which ends the one before; an item may have the same `source_ref` several times.

        Returns None to go on, or the Loss of an earlier attempt that this document ended: reject it then, unread.
        """

    def end(self) -> None:
        """End the last document: an error after it, as in closing the result file, is blamed on no document."""


Task = Callable[[Any, Path, Progress], None]
"""A module-level function `task(item, out, progress)`: reads the item and writes its whole result to `out`.

It calls `progress.begin` for its documents in the same order each time, and gives the same bytes each time.
"""


class Slot:
    """Shared memory of a worker process and its parent: which document of its item the worker has open.

    The worker writes it at the start and end of each document, which takes about a microsecond; after a crash or a kill
    the parent reads from it which document to reject. `fd` is the descriptor of a file of SLOT_BYTES.
    """

    def __init__(self, fd: int) -> None:
        self._map = mmap.mmap(fd, SLOT_BYTES)

    def write(self, position: int, source_ref: str = "", nth: int = 0) -> None:
        """Record the open document: position in the item (-1: none), reference, and how often that had begun before."""
        ref = _label(source_ref)
        self._map[_HEAD.size : _HEAD.size + len(ref)] = ref
        _HEAD.pack_into(self._map, 0, position, nth, len(ref))

    def position(self) -> int:
        """Return the position of the open document in its item, from 0; -1 when none is open."""
        return int(_HEAD.unpack_from(self._map, 0)[0])

    def key(self) -> Key:
        """Return (source_ref, nth) of the open document: its reference, and how often it had begun before.

        The reference is cut to 8 KiB. ("", 0) where no document is open.
        """
        _, nth, length = _HEAD.unpack_from(self._map, 0)
        return self._map[_HEAD.size : _HEAD.size + length].decode("utf-8", "replace"), int(nth)

    def close(self) -> None:
        """Unmap the shared memory and close its file."""
        self._map.close()


def _label(source_ref: str) -> bytes:
    return source_ref.encode("utf-8", "backslashreplace")[:_REF_BYTES]


class Cursor:
    """The `Progress` of one attempt at one item: counts its documents and knows which of them to leave out.

    The open document is written to `slot`, the memory shared with the parent process; None where the task runs in the
    parent itself. `losses` are the documents that ended workers in earlier attempts, by `Loss.key`.
    """

    def __init__(self, slot: Slot | None, losses: Mapping[Key, Loss]) -> None:
        self._slot = slot
        self._losses = losses
        self._begun: dict[str, int] = {}
        self.count = 0
        self.current = NO_DOCUMENT
        self.source_ref = ""
        self.nth = 0

    def begin(self, source_ref: str) -> Loss | None:
        """Record the next document as open; return the Loss of an earlier attempt that it ended, else None."""
        self.current = self.count
        self.count += 1
        self.source_ref = source_ref
        self.nth = self._begun.get(source_ref, 0)
        self._begun[source_ref] = self.nth + 1
        if self._slot is not None:
            self._slot.write(self.current, source_ref, self.nth)
        return self._losses.get(self.key()) if self._losses else None

    def key(self) -> Key:
        """Return (source_ref, nth) of the document begun last, the reference cut to 8 KiB, or ("", 0)."""
        return _label(self.source_ref).decode("utf-8", "replace"), self.nth

    def end(self) -> None:
        """Record that no document is open; an error after it is blamed on none."""
        self.current = NO_DOCUMENT
        if self._slot is not None:
            self._slot.write(NO_DOCUMENT)


def name_task(task: Task) -> str:
    """Name a task so that another process finds it: `module:function`. Raises ValueError when it cannot."""
    module, name = task.__module__, getattr(task, "__qualname__", "")
    if module == "__main__" or not name.isidentifier():
        raise ValueError(f"a task must be a function at the top of an importable module, not {module}:{name}")
    return f"{module}:{name}"


def write_result(task: Task, item: Any, path: Path, cursor: Cursor) -> None:
    """Run the task into a `.part` file beside `path`, flush it to disk, and rename it to `path` in one step.

    A file at `path` is replaced. Errors of the task, and OSError, are raised after the `.part` file is removed.
    """
    part = path.with_name(
        f".{path.name}.{uuid.uuid4().hex[:12]}{PART_SUFFIX}"
    )  # process ids differ on one machine only
    try:
        task(item, part, cursor)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def is_no_room(error: BaseException) -> bool:
    """Return whether an error says that disk, quota or file handles ran out, or that the disk is read-only.

    No document is to blame for these.
    """
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def describe(error: BaseException) -> str:
    """Return an error as one printable line: its class and message (300 characters), and the line that raised it."""
    where = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" ({Path(where[0].filename).name}:{where[0].lineno})" if where else ""
    line = " ".join(f"{type(error).__name__}: {error}".split())[:300] + place
    return "".join(c if c.isprintable() else "�" for c in line)


def blame(error: BaseException, cursor: Cursor) -> Loss:
    """Turn an error of a task into the Loss of the document that was open, by the progress of this attempt.

    `position` counts documents in the item, from 0; it is -1 when none is open, and the reference is then that of the
    last one begun, if any. The reason is OUT_OF_MEMORY for a MemoryError, CRASHED for every other error.
    """
    return Loss(
        position=cursor.current,
        source_ref=cursor.key()[0],
        nth=cursor.nth,
        reason=Reason.OUT_OF_MEMORY if isinstance(error, MemoryError) else Reason.CRASHED,
        detail=describe(error),
    )


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends; end now if `parent`, its id, is gone.

    Only Linux does the first.
    """
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(
            OSError, AttributeError
        ):  # no prctl: the end of its pipe still ends a worker
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def _serve(connection: Connection, slot: Slot) -> None:
    tasks: dict[str, Task] = {}
    while True:
        try:
            name, item, path, losses = connection.recv()
        except EOFError:
            return
        cursor = Cursor(slot, losses)
        slot.write(NO_DOCUMENT)
        answer: Finished | Raised
        try:
            if name not in tasks:
                module, function = name.split(":")
                tasks[name] = getattr(import_module(module), function)
            write_result(tasks[name], item, Path(path), cursor)
            answer = Finished(documents=cursor.count)
        except Exception as error:  # noqa: BLE001 - the parent decides: a document's fault or the task's
            answer = Raised(
                loss=blame(error, cursor),
                is_no_room=is_no_room(error),
                trace="".join(traceback.format_exception(error)),
            )
        slot.write(NO_DOCUMENT)
        connection.send(answer)


def main(connection_fd: int, slot_fd: int, parent: int, data_bytes: int, modules: list[str]) -> None:
    """Serve as a worker process until the parent closes the pipe or dies.

    Takes the file descriptors of its end of the pipe and of the slot, the parent's process id, the bytes of memory
    that it may write to, and what to import first (`module`, or `module:function` to call). Sends Ready, then
    Finished or Raised for each item; Broken, and returns, where that import raises. Lowers its priority; ignores
    Ctrl-C.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(parent)
    os.nice(_NICENESS)
    with contextlib.suppress(ValueError, OSError):  # a lower limit is set from outside already
        # written memory only: NumPy and numba reserve address space by the gigabyte and never touch it
        resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))
    connection = Connection(connection_fd)
    slot = Slot(slot_fd)
    slot.write(NO_DOCUMENT)
    try:
        for each in modules:
            name, _, function = each.partition(":")
            module = import_module(name)
            if function:
                getattr(module, function)()
    except Exception as error:  # noqa: BLE001 - reported to the parent, which ends the run with it
        connection.send(Broken(reason=describe(error), trace="".join(traceback.format_exception(error))))
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the parent is gone: end quietly
        connection.send(Ready())
        _serve(connection, slot)
