"""The one seam that hands out work: items in, one result file for each out, whatever a document does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flows.worker import (
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


class EngineError(Exception):
    """Base of what the engine raises."""


class WorkerStartError(EngineError):
    """Workers cannot start: the environment is broken, not the input."""


class TaskError(EngineError):
    """The task itself failed, outside any document or for want of room; nothing was blamed on the input."""


class Item(Protocol):
    """One piece of work. `key` names its result file for ever; `cost` (bytes, say) puts big ones first."""

    @property
    def key(self) -> str: ...
    @property
    def cost(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document, and one worker, may use."""

    document_seconds: float = 30.0  # processor time; a news page takes .02, the slowest real one seen about 2
    memory_bytes: int = 768 << 20  # resident; a cleaning worker rests at about 200 MiB
    item_seconds: float = 600.0  # outside any document: imports, closing the result file


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An item whose result file is there, whole."""

    key: str
    path: Path
    documents: int = 0  # begun by the task; 0 when the file was there before
    is_reused: bool = False
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An item given up: its workers died where no document was open. The caller rejects what is in it."""

    key: str
    reason: Reason
    detail: str


Outcome = Done | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How far a map is, for people who wait."""

    items: int
    items_done: int
    documents: int  # begun, in finished and in running items
    losses: int
    open_refs: tuple[str, ...]  # what each busy worker is at


OnPulse = Callable[[Pulse], None]


class Engine(Protocol):
    """What flows know of how work is done; local processes and a cluster look the same from here."""

    def map(
        self, task: Task, items: Sequence[Item], spool: Path, *, on_pulse: OnPulse | None = None
    ) -> Iterator[Outcome]:
        """Yield one outcome for each item, in the order of `items`.

        An item whose `spool/<key>` exists is not done again. The spool folder belongs to one map at a time.
        """

    def close(self) -> None:
        """End what runs; half-written results are left as `.part` files that the next map removes."""


def result_path(spool: Path, item: Item) -> Path:
    """Where the result of an item is or will be. Raises ValueError for a key that is no plain file name."""
    if not item.key or item.key.startswith(".") or "/" in item.key or "\0" in item.key:
        raise ValueError(f"not usable as a file name: {item.key!r}")
    return spool / item.key


def prepare_spool(items: Sequence[Item], spool: Path) -> None:
    """Make the spool folder, and remove what a killed run left half-written."""
    spool.mkdir(parents=True, exist_ok=True)
    for left in spool.glob(f".*{PART_SUFFIX}"):
        left.unlink(missing_ok=True)
    if len({item.key for item in items}) != len(items):
        raise ValueError("two items have the same key")


class InlineEngine:
    """The same promises in this very process, for tests: errors cost one document, but nothing is killed."""

    def map(
        self, task: Task, items: Sequence[Item], spool: Path, *, on_pulse: OnPulse | None = None
    ) -> Iterator[Outcome]:
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
                        open_refs=(),
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
            except Exception as error:  # a task reads hostile bytes: its document's fault, or told
                if is_no_room(error) or cursor.current == NO_DOCUMENT or cursor.key() in losses:
                    raise TaskError(describe(error)) from error
                losses[cursor.key()] = blame(error, cursor)
                continue
            return Done(key=item.key, path=path, documents=cursor.count, losses=in_order(losses))

    def close(self) -> None:
        """Nothing runs between calls."""


def in_order(losses: dict[Key, Loss]) -> tuple[Loss, ...]:
    """The losses of an item by their position."""
    return tuple(sorted(losses.values(), key=lambda loss: loss.position))


__all__ = ["Loss", "Progress", "Task"]
