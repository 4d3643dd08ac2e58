"""The engine on other machines: items go out through anything that has `submit`, results come back as files."""

from __future__ import annotations

import contextlib
import heapq
import logging
import pickle
import queue
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from flows.engine.node import NodeItem, NodeReport, NodeResult, first_unseen, report_node, run_item, stamp
from flows.engine.protocol import (
    Done,
    EngineError,
    Failed,
    Item,
    Limits,
    NoRoomError,
    OnPulse,
    Outcome,
    Pulse,
    Task,
    TaskError,
    WorkerStartError,
    prepare_spool,
    result_path,
)
from flows.engine.worker import PART_SUFFIX, name_task
from transforms.types import Reason
from warehouse.errors import KEPT
from warehouse.object_store import Address, AddressError, file_system, list_folder

log = logging.getLogger(__name__)

ITEM_STRIKES = (
    3  # times that an item's node ended before it is given up; a cluster tries some times by itself
)
ITEMS_A_SLOT = 2  # in flight: one at work, one waiting beside it, so that no node waits for the head
POLL_SECONDS = 0.5
NODES_SECONDS = 60.0  # a cluster without any node for so long is an error
_SAMPLE = 100  # inputs that every node is asked for at the start, each of another folder or bucket


class ClusterError(EngineError):
    """The cluster cannot be reached, was lost, or has no nodes."""

    can_pass = True
    meaning = f"Finished items are kept and used again. {KEPT}"
    advice = "start scheduler and workers, see that the address is right, and run again"


class NodeMismatchError(EngineError):
    """A node has other versions than this machine, or cannot read the spool or an input: its results would differ."""

    advice = "install the same newsfold on every node, and give each the same folders at the same paths (docs/scale.md)"


class NodeSetupError(EngineError):
    """The environment of a node lacks the account or credentials to upload results; no item was tried there."""

    advice = "set the account, region and credentials of engine_spool in the environment of every node (docs/scale.md)"


class Future(Protocol):
    """What `Cluster.submit` returns: the pending result of one call, with a callback, as in concurrent.futures."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> object:
        """Call `fn` with this future once it is done."""

    def result(self) -> Any:
        """Wait for the call and return what it returned; raises what it raised, or that its node was lost."""

    def cancel(self) -> object:
        """Cancel the call where it has not begun; one that runs may go on."""


class Cluster(Protocol):
    """Runs calls on nodes. Executors of the standard library have all of this but `slots` and `on_every_node`."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
        """Have a node call `fn(*args)`, all of which can be pickled; return its future at once."""

    def slots(self) -> int:
        """Return how many items the nodes can do at once now; 0 without nodes.

        Raises ClusterError when the cluster is lost.
        """

    def on_every_node(self, fn: Callable[..., Any], /, *args: Any) -> Mapping[str, Any]:
        """Run a function once on every node that is connected now; return the results by name of node.

        Raises ClusterError without any node, NodeMismatchError where the function raised on one.
        """

    def close(self) -> None:
        """Leave the cluster, and end what this process started of it."""


@dataclass(slots=True, eq=False)
class _Job:
    number: int
    item: Item
    path: Path
    inputs: tuple[tuple[str, int], ...]
    strikes: int = 0

    def place(self) -> tuple[int, int, _Job]:
        """Return the sort key of the queue: costly items first, equal ones in the order awaited."""
        return -self.item.cost.bit_length(), self.number, self


class RemoteEngine:
    """An `Engine` whose items are done on the nodes of a cluster, each in a worker process of the node.

    `inputs_of` returns (location, bytes) of the files that an item reads, which the nodes have to see. Results are
    files of `spool`, a folder that this machine (the head) and the nodes share; with `exchange`, an address in a
    bucket, nodes upload them there, and the head fetches them into a spool of its own.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        limits: Limits | None = None,
        modules: Sequence[str] = (),
        inputs_of: Callable[[Any], Sequence[tuple[str, int]]] = lambda item: (),
        exchange: Address | None = None,
    ) -> None:
        self._cluster = cluster
        self._limits = limits or Limits()
        self._modules = tuple(modules)
        self._inputs_of = inputs_of
        self._exchange = exchange
        self._answers: queue.SimpleQueue[tuple[_Job, Future]] = queue.SimpleQueue()
        self._flying: dict[_Job, Future] = {}
        self._pending: list[tuple[int, int, _Job]] = []
        self._documents = self._lost = 0
        self._empty_since: float | None = None

    def __enter__(self) -> RemoteEngine:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Cancel what has not begun and leave the cluster (`Cluster.close`)."""
        self._cancel()
        self._cluster.close()

    def map(
        self, task: Task, items: Sequence[Item], spool: Path, *, on_pulse: OnPulse | None = None
    ) -> Iterator[Outcome]:
        """Do the task for each item on the nodes; yield outcomes in the order of the items (see `Engine`).

        Results that an earlier run left in the exchange are fetched. Raises, at the call or later, NodeMismatchError
        for a node of other versions, or that does not see the spool or an input; ClusterError when the cluster is
        lost, or has had no nodes for a minute; NodeSetupError where the environment of a node lacks what the exchange
        needs. An item whose nodes ended three times is `Failed`. Whoever stops iterating cancels the rest.
        """
        prepare_spool(items, spool)
        self._fetch_finished(items, spool)
        buffered: dict[int, Outcome] = {}
        jobs: list[_Job] = []
        for number, item in enumerate(items):
            path = result_path(spool, item)
            if path.exists():
                buffered[number] = Done(key=item.key, path=path, is_reused=True)
            else:
                jobs.append(_Job(number, item, path, tuple(self._inputs_of(item))))
        if jobs:
            self._check_nodes(jobs, spool)
        self._pending = [job.place() for job in jobs]
        heapq.heapify(self._pending)
        self._documents = self._lost = 0
        return self._results(name_task(task), buffered, len(items), spool, on_pulse)

    def _results(
        self, name: str, buffered: dict[int, Outcome], total: int, spool: Path, on_pulse: OnPulse | None
    ) -> Iterator[Outcome]:
        done = len(buffered)
        try:
            for number in range(total):
                while number not in buffered:
                    self._hand_out(name, spool)
                    outcome = self._next_outcome()
                    if outcome is not None:
                        buffered[outcome[0]] = outcome[1]
                        done += 1
                    if on_pulse is not None:
                        on_pulse(
                            Pulse(
                                items=total,
                                items_done=done,
                                documents=self._documents,
                                losses=self._lost,
                            )
                        )
                yield buffered.pop(number)
        finally:
            self._cancel()

    def _hand_out(self, name: str, spool: Path) -> None:
        slots = self._cluster.slots()
        self._watch_for_nodes(slots)
        while self._pending and len(self._flying) < ITEMS_A_SLOT * slots:
            job = heapq.heappop(self._pending)[2]
            assignment = NodeItem(
                task=name,
                item=job.item,
                spool=self._exchange or spool.absolute(),
                limits=self._limits,
                modules=self._modules,
                inputs=job.inputs,
            )
            future = self._cluster.submit(run_item, stamp(), pickle.dumps(assignment))
            self._flying[job] = future
            future.add_done_callback(partial(self._put_answer, job))

    def _put_answer(self, job: _Job, future: Future) -> None:
        self._answers.put((job, future))

    def _watch_for_nodes(self, slots: int) -> None:
        if slots:
            self._empty_since = None
            return
        self._empty_since = self._empty_since or time.monotonic()
        if time.monotonic() - self._empty_since > NODES_SECONDS:
            raise ClusterError(f"the cluster has had no node for {NODES_SECONDS:g} s")

    def _next_outcome(self) -> tuple[int, Outcome] | None:
        try:
            job, future = self._answers.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return None
        if self._flying.pop(job, None) is None:
            return None  # of a map that was given up, whose items may have had the same numbers
        try:
            answer: NodeResult = future.result()
        except Exception as error:  # noqa: BLE001 - whatever a cluster raises for a node that ended
            return self._strike(job, error)
        return self._take(job, answer)

    def _strike(self, job: _Job, error: Exception) -> tuple[int, Outcome] | None:
        self._cluster.slots()  # raises where the whole cluster is gone
        job.strikes += 1
        log.info("the node of item %s ended: %s", job.item.key, _line(error))
        if job.strikes >= ITEM_STRIKES:
            detail = f"its nodes ended: {_line(error)}"
            return job.number, Failed(key=job.item.key, reason=Reason.CRASHED, detail=detail)
        heapq.heappush(self._pending, job.place())
        return None

    def _take(self, job: _Job, answer: NodeResult) -> tuple[int, Outcome] | None:
        if answer.other_stamp:
            raise _mismatch(answer.node, answer.other_stamp)
        if answer.unseen:
            if first_unseen([one for one in job.inputs if one[0] == answer.unseen]):
                job.inputs = ()  # gone here as well: its task says so
                heapq.heappush(self._pending, job.place())
                return None
            raise _unseen(answer.node, answer.unseen)
        if answer.error is not None:
            raise _made_again(answer)
        if answer.failed is not None:
            return job.number, Failed(key=job.item.key, reason=answer.failed[0], detail=answer.failed[1])
        if self._exchange is not None:
            _get_result(self._exchange.join(job.item.key), job.path)
        elif not _appears(job.path):
            raise NodeMismatchError(f"node {answer.node} wrote a result that is not seen here: {job.path}")
        self._documents += answer.documents
        self._lost += len(answer.losses)
        return job.number, Done(
            key=job.item.key, path=job.path, documents=answer.documents, losses=answer.losses
        )

    def _check_nodes(self, jobs: Sequence[_Job], spool: Path) -> None:
        """Refuse nodes of other versions, and nodes that do not see the spool or the inputs, before the first item."""
        token = spool / f".{uuid.uuid4().hex}{PART_SUFFIX}"
        token.touch()
        seen_from = "" if self._exchange else str(token.absolute())
        try:
            reports = self._cluster.on_every_node(report_node, seen_from or "/", _sample(jobs))
        finally:
            token.unlink(missing_ok=True)
        for node, report in sorted(reports.items()):
            said: NodeReport = report
            if said.stamp != stamp():
                raise _mismatch(node, said.stamp)
            if not said.sees_spool:
                raise NodeMismatchError(f"node {node} does not see the spool {spool}")
            if said.unseen:
                raise _unseen(node, said.unseen)

    def _fetch_finished(self, items: Sequence[Item], spool: Path) -> None:
        """Take what an earlier run left in the exchange."""
        if self._exchange is None:
            return
        there = {info.base_name for info in list_folder(self._exchange)}
        for item in items:
            path = result_path(spool, item)
            if item.key in there and not path.exists():
                _get_result(self._exchange.join(item.key), path)

    def _cancel(self) -> None:
        self._pending.clear()
        flying, self._flying = self._flying, {}
        for future in flying.values():
            with contextlib.suppress(Exception):  # the cluster may be gone
                future.cancel()


def _sample(jobs: Sequence[_Job]) -> list[tuple[str, int]]:
    """Return one input of each folder, at most so many."""
    first: dict[str, tuple[str, int]] = {}
    for job in jobs:
        for location, size in job.inputs:
            first.setdefault(location.rpartition("/")[0], (location, size))
    # what is gone here as well, its task rejects
    return [one for one in list(first.values())[:_SAMPLE] if not first_unseen([one])]


def _appears(path: Path) -> bool:
    """Wait a moment for a file that another machine wrote: folders over a network show it late."""
    for _ in range(50):
        if path.exists():
            return True
        time.sleep(0.1)
    return False


def _get_result(address: Address, path: Path) -> None:
    fs, source = file_system(address)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{PART_SUFFIX}")
    try:
        with fs.open_input_stream(source) as stream, part.open("wb") as out:
            while chunk := stream.read(8 << 20):
                out.write(chunk)
        part.replace(path)
    except OSError as error:
        raise ClusterError(f"a result cannot be fetched from {address}: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _mismatch(node: str, found: str) -> NodeMismatchError:
    return NodeMismatchError(f"node {node} has {found}; this machine has {stamp()}")


def _unseen(node: str, location: str) -> NodeMismatchError:
    return NodeMismatchError(f"node {node} does not see {location}, or sees another size of it")


def _made_again(answer: NodeResult) -> EngineError:
    kind, line, trace = answer.error or ("", "", "")
    where = f"{line} (node {answer.node})"
    if kind == NoRoomError.__name__:
        error = NoRoomError("")
        error.args = (where,)
        return error
    if kind == AddressError.__name__:
        return NodeSetupError(where)
    made = WorkerStartError if kind == WorkerStartError.__name__ else TaskError
    return made(where, trace=trace)


def _line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
