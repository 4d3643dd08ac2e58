"""The interface of engines, which do a task for each item: items in, one result file for each out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flows.engine.worker import (
    NO_DOCUMENT,
    PART_SUFFIX,
    Cursor,
    Key,
    Loss,
    Progress,
    Task,
    blame,
    describe,
    is_no_room,
    write_result,
)
from transforms.types import Reason
from warehouse.errors import KEPT, ExitCode, NewsfoldError


class EngineError(NewsfoldError):
    """Base of all errors that an engine raises."""

    exit_code = ExitCode.MACHINE
    meaning = f"The cleaning processes did not work. {KEPT}"
    advice = "see `newsfold doctor` and the log of this run"


class WorkerStartError(EngineError):
    """Worker processes cannot start: the environment is broken (a package, a limit), not the input."""

    advice = "install newsfold again; see `newsfold doctor`"

    def __init__(self, message: str, *, trace: str = "") -> None:
        super().__init__(message)
        if trace:
            self.add_note(trace)


class TaskError(EngineError):
    """The task raised an error while no document was open: the code or the environment is at fault, no document."""

    def __init__(self, message: str, *, trace: str = "") -> None:
        super().__init__(message)
        if trace:
            self.add_note(trace)


class NoRoomError(TaskError):
    """A worker found no room on the disk, or no free file handle, for its result."""

    can_pass = True
    meaning = KEPT
    advice = "make room and run again"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"cleaning could not write its results, the disk is full or out of file handles: {detail}"
        )


class Item(Protocol):
    """One piece of work. `key` names its result file and never changes; a higher `cost` (say, bytes) starts earlier."""

    @property
    def key(self) -> str:
        """Return the name of the item's result file: a plain file name, unique among the items of a map."""

    @property
    def cost(self) -> int:
        """Return an estimate of the work, in any unit that is the same for all items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that a document and a worker process may take before the worker is killed and replaced.

    `document_seconds` is processor time of one document, `memory_bytes` the resident memory of a worker, `item_seconds`
    how long a worker may begin no document.
    """

    document_seconds: float = 30.0  # processor time; a news page takes .02, the slowest real one seen about 2
    memory_bytes: int = 768 << 20  # resident; a cleaning worker rests at about 200 MiB
    item_seconds: float = 600.0  # outside any document: imports, closing the result file


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An item whose result file is complete at `path`; `losses` are the documents that ended a worker on the way.

    `is_reused`: the file was there before, so nothing was done and `documents` is 0.
    """

    key: str
    path: Path
    documents: int = 0  # begun by the task; 0 when the file was there before
    is_reused: bool = False
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An item given up, since its workers died while no document was open; the caller rejects all its documents.

    `key` is that of the item; `reason` and, in words, `detail` are for the rejections.
    """

    key: str
    reason: Reason
    detail: str


Outcome = Done | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The progress of one `Engine.map`: how many items there are, and items, documents and losses so far.

    Documents are those begun, in items that are done and in those at work.
    """

    items: int
    items_done: int
    documents: int  # begun, in finished and in running items
    losses: int


OnPulse = Callable[[Pulse], None]


class Engine(Protocol):
    """Runs a task for each of many items in other processes, and gives the result file of each.

    `LocalEngine` (worker processes of this machine), `RemoteEngine` (a cluster) and `InlineEngine` (tests) have it.
    """

    def map(
        self, task: Task, items: Sequence[Item], spool: Path, *, on_pulse: OnPulse | None = None
    ) -> Iterator[Outcome]:
        """Do the task for each item and yield one outcome for each, in the order of `items`.

        An item whose `spool/<key>` exists is not done again. The spool folder, made where it is missing, belongs to one
        map at a time. An item that was given up comes back as `Failed`. Raises EngineError where no worker can start,
        the task itself cannot be run or there is no room, ValueError for two items with one key or a key that is no
        file name. `on_pulse` is called with the progress after each outcome and about twice a second in between.
        """

    def close(self) -> None:
        """End all workers; half-written results stay as `.part` files, which the next map removes."""


def result_path(spool: Path, item: Item) -> Path:
    """Return where the result of an item is or will be. Raises ValueError for a key that is no plain file name."""
    if not item.key or item.key.startswith(".") or "/" in item.key or "\0" in item.key:
        raise ValueError(f"not usable as a file name: {item.key!r}")
    return spool / item.key


def prepare_spool(items: Sequence[Item], spool: Path) -> None:
    """Make the folder for the results of `items`, and delete half-written `.part` files that a killed run left of them.

    Files of other items stay, since another run may be writing them. Raises ValueError where two items have one key,
    under which their results would be stored; OSError where the folder cannot be made.
    """
    spool.mkdir(parents=True, exist_ok=True)
    keys = {item.key for item in items}
    if len(keys) != len(items):
        raise ValueError("two items have the same key")
    for left in spool.glob(f".*{PART_SUFFIX}"):
        if left.name[1:].rsplit(".", 2)[0] in keys:
            left.unlink(missing_ok=True)


class InlineEngine:
    """An engine that runs tasks in the calling process, for tests: an error costs one document, limits do not count."""

    def map(
        self, task: Task, items: Sequence[Item], spool: Path, *, on_pulse: OnPulse | None = None
    ) -> Iterator[Outcome]:
        """Do the task for each item in this process; yield outcomes in the order of the items (see `Engine.map`)."""
        prepare_spool(items, spool)
        documents = lost = 0
        for number, item in enumerate(items):
            outcome = self._run(task, item, result_path(spool, item))
            if isinstance(outcome, Done):
                documents += outcome.documents
                lost += len(outcome.losses)
            if on_pulse is not None:
                on_pulse(
                    Pulse(
                        items=len(items),
                        items_done=number + 1,
                        documents=documents,
                        losses=lost,
                    )
                )
            yield outcome

    def _run(self, task: Task, item: Item, path: Path) -> Outcome:
        if path.exists():
            return Done(key=item.key, path=path, is_reused=True)
        losses: dict[Key, Loss] = {}
        while True:
            cursor = Cursor(None, losses)
            try:
                write_result(task, item, path, cursor)
            except Exception as error:  # a task reads hostile bytes: its document's fault, or reported
                if is_no_room(error):
                    raise NoRoomError(describe(error)) from error
                if cursor.current == NO_DOCUMENT or cursor.key() in losses:
                    raise TaskError(describe(error)) from error
                losses[cursor.key()] = blame(error, cursor)
                continue
            return Done(key=item.key, path=path, documents=cursor.count, losses=in_order(losses))

    def close(self) -> None:
        """Do nothing: the engine has no process to end."""


def in_order(losses: dict[Key, Loss]) -> tuple[Loss, ...]:
    """Return the losses of an item by ascending position in it; `losses` has them by `Loss.key`."""
    return tuple(sorted(losses.values(), key=lambda loss: loss.position))


__all__ = ["Loss", "Progress", "Task"]
