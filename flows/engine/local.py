"""The engine on this machine: worker processes, watched, limited and replaced."""

from __future__ import annotations

import contextlib
import heapq
import logging
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import TracebackType

from flows.engine.launch import launch, usage_of
from flows.engine.processors import usable_processors
from flows.engine.protocol import (
    Done,
    EngineError,
    Failed,
    Item,
    Limits,
    Loss,
    NoRoomError,
    OnPulse,
    Outcome,
    Pulse,
    Task,
    TaskError,
    WorkerStartError,
    in_order,
    prepare_spool,
    result_path,
)
from flows.engine.worker import NO_DOCUMENT, Broken, Finished, Key, Raised, Ready, Slot, name_task
from transforms.types import Reason

log = logging.getLogger(__name__)

POLL_SECONDS = 0.05  # how often workers are examined: the overshoot of a limit against the parent's own load
STRIKES = 2  # deaths at one document before it is blamed: the first may be an operator's or the kernel's kill
ITEM_STRIKES = 3  # deaths of one item outside any document before it is given up
START_FAILURES = 3  # workers dead before their first item, in a row, before the run is ended
BACKSTOP_FACTOR = 4  # the kernel refuses memory at this many times the limit, should we look too late
ABANDON_SECONDS = 10.0  # a killed process that does not end is stuck on a dead disk: go on without it
WAITING_FACTOR = 4  # a document that waits instead of computing gets this many times `document_seconds`


@dataclass(slots=True)
class _Job:
    """One item on its way."""

    number: int
    item: Item
    path: Path
    losses: dict[Key, Loss] = field(default_factory=dict)
    strikes: dict[Key | None, int] = field(default_factory=dict)  # None: outside any document


@dataclass(slots=True, eq=False)
class _Worker:
    """One process, its pipe, its slot and what was last seen of it."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    slot: Slot
    is_ready: bool = False
    job: _Job | None = None
    position: int = NO_DOCUMENT  # last seen open
    waited: float = 0.0  # seconds of our looking since then
    cpu_before: float = 0.0
    rest_bytes: int = 0  # resident when it started, before any document
    verdict: Loss | None = None  # why we killed it, and at which document


def _place(job: _Job) -> tuple[int, int, _Job]:
    """Sort key of the queue: costly items first, and those of about one cost in the order they are awaited."""
    return -job.item.cost.bit_length(), job.number, job


class LocalEngine:
    """An `Engine` of worker processes on this machine; one that crashes, hangs or grows too large is replaced.

    The item of a replaced worker is done again: without the document that it had open when that hung, else without it
    when a second worker dies on it. Workers start with `start()` or
    the first `map`, import `modules` (and call what is named as `module:function`), and stay until `close()`. One
    thread starts and watches them; it lives as long as they do, since the kernel ends them with that thread.
    """

    def __init__(
        self, *, workers: int | None = None, limits: Limits | None = None, modules: Sequence[str] = ()
    ) -> None:
        self.workers = workers or usable_processors()  # at most; may change between maps
        self.limits = limits or Limits()
        self._modules = list(modules)
        self._workers: list[_Worker] = []
        self._pending: list[tuple[int, int, _Job]] = []
        self._task = ""
        self._outcomes: queue.SimpleQueue[tuple[int, Outcome] | BaseException] = queue.SimpleQueue()
        self._documents = self._lost = self._start_failures = 0
        self._wanted = 0
        self._lock = threading.Lock()
        self._wake_reader, self._wake_writer = Pipe(duplex=False)
        self._is_closing = False
        self._error: BaseException = EngineError("the engine is closed")
        self._thread: threading.Thread | None = None

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_working(self) -> bool:
        """Return whether the engine takes work: not closed, and its thread has not ended with an error."""
        return not self._is_closing and (self._thread is None or self._thread.is_alive())

    def start(self, workers: int | None = None) -> None:
        """Begin starting workers, without waiting: their imports overlap with what the caller does next.

        `workers` is the number that should run, at most the size of the engine; None or 0 means all. Raises EngineError
        after `close`, and the error that ended the engine's thread.
        """
        with self._lock:
            if self._is_closing or (self._thread is not None and not self._thread.is_alive()):
                raise self._error
            self._wanted = max(self._wanted, min(self.workers, workers or self.workers))
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="newsfold-engine", daemon=True)
                self._thread.start()
        self._wake()

    def close(self) -> None:
        """End all worker processes and the thread that watches them, and return when they have ended."""
        with self._lock:
            self._is_closing = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._wake()
            thread.join()
        self._wake_writer.close()
        self._wake_reader.close()

    def map(
        self, task: Task, items: Sequence[Item], spool: Path, *, on_pulse: OnPulse | None = None
    ) -> Iterator[Outcome]:
        """Do the task for each item in worker processes; yield outcomes in the order of the items (see `Engine`).

        Costly items start first. One map at a time: EngineError otherwise. When the caller stops iterating, the other
        items are dropped and the workers that do them are killed. ValueError for a task that cannot be found by name.
        """
        prepare_spool(items, spool)
        name = name_task(task)
        if name.split(":")[0] not in self._modules:
            self._modules.append(name.split(":")[0])
        buffered: dict[int, Outcome] = {}
        jobs: list[_Job] = []
        for number, item in enumerate(items):
            path = result_path(spool, item)
            if path.exists():
                buffered[number] = Done(key=item.key, path=path, is_reused=True)
            else:
                jobs.append(_Job(number=number, item=item, path=path))
        return self._results(name, jobs, buffered, len(items), on_pulse)

    def _results(
        self, name: str, jobs: list[_Job], buffered: dict[int, Outcome], total: int, on_pulse: OnPulse | None
    ) -> Iterator[Outcome]:
        if jobs:
            with self._lock:
                if self._pending or any(worker.job for worker in self._workers):
                    raise EngineError("one map at a time")
                self._task, self._documents, self._lost = name, 0, 0
                self._outcomes = queue.SimpleQueue()
                self._pending = [_place(job) for job in jobs]
                heapq.heapify(self._pending)
            self.start(len(jobs))
        done = len(buffered)
        try:
            for number in range(total):
                while number not in buffered:
                    try:
                        answer = self._outcomes.get(timeout=0.5 if on_pulse else None)
                    except queue.Empty:
                        answer = None
                    if isinstance(answer, BaseException):
                        raise answer
                    if answer is not None:
                        buffered[answer[0]] = answer[1]
                        done += 1
                    if on_pulse is not None:
                        on_pulse(self._pulse(total, done))
                yield buffered.pop(number)
        finally:
            self._cancel()

    def _pulse(self, total: int, done: int) -> Pulse:
        with self._lock:
            busy = [worker for worker in self._workers if worker.job is not None]
            return Pulse(
                items=total,
                items_done=done,
                documents=self._documents + sum(worker.position + 1 for worker in busy),
                losses=self._lost,
            )

    def _cancel(self) -> None:
        """Forget what is not done: the caller stopped listening."""
        with self._lock:
            self._pending.clear()
            for worker in self._workers:
                if worker.job is not None:
                    worker.job = None
                    worker.process.kill()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # closing
            self._wake_writer.send_bytes(b".")

    # From here on: the engine's own thread.

    def _loop(self) -> None:
        last = time.monotonic()
        try:
            while not self._is_closing:
                with self._lock:
                    self._hand_out()
                    pipes = [worker.pipe for worker in self._workers]
                ready = wait([self._wake_reader, *pipes], POLL_SECONDS if pipes else None)
                with self._lock:
                    if self._wake_reader in ready:
                        self._wake_reader.recv_bytes()
                    for worker in [worker for worker in self._workers if worker.pipe in ready]:
                        self._receive(worker)
                    now = time.monotonic()
                    # a gap means that we slept (Ctrl-Z, a suspended machine): not the document's time
                    passed, last = min(now - last, 10 * POLL_SECONDS), now
                    for worker in list(self._workers):
                        self._watch(worker, passed)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for results
            self._error = error
        finally:
            with self._lock:
                for worker in list(self._workers):
                    self._remove(worker)
                self._outcomes.put(self._error)

    def _hand_out(self) -> None:
        """Hand every idle worker the most costly item left, and start workers while there is work for more."""
        busy = sum(worker.job is not None for worker in self._workers)
        while len(self._workers) < max(self._wanted if self._start_failures == 0 else 0,
                                       min(self.workers, busy + len(self._pending))):  # fmt: skip
            self._workers.append(self._start_worker())
        self._wanted = 0
        for worker in self._workers:
            if worker.is_ready and worker.job is None and self._pending:
                job = heapq.heappop(self._pending)[2]
                worker.job, worker.position, worker.waited = job, NO_DOCUMENT, 0.0
                with contextlib.suppress(OSError):  # died while idle: its end of file is seen next
                    worker.pipe.send((self._task, job.item, str(job.path), job.losses))

    def _start_worker(self) -> _Worker:
        process, pipe, slot = launch(self._modules, BACKSTOP_FACTOR * self.limits.memory_bytes)
        return _Worker(process=process, pipe=pipe, slot=slot)

    def _receive(self, worker: _Worker) -> None:
        try:
            answer: Ready | Finished | Raised | Broken = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        match answer:
            case Ready():
                worker.is_ready, self._start_failures = True, 0
                worker.rest_bytes = (usage_of(worker.process.pid) or (0, 0))[1]
            case Finished() if worker.job is not None:
                job, worker.job = worker.job, None
                self._documents += answer.documents
                done = Done(
                    key=job.item.key,
                    path=job.path,
                    documents=answer.documents,
                    losses=in_order(job.losses),
                )
                self._outcomes.put((job.number, done))
                usage = usage_of(worker.process.pid)
                if usage is not None and usage[1] > (self.limits.memory_bytes + worker.rest_bytes) // 2:
                    self._remove(worker)  # grown fat over many documents: a fresh one costs a second
            case Raised() if worker.job is not None:
                job, worker.job = worker.job, None
                loss = answer.loss
                if answer.is_no_room:
                    raise NoRoomError(loss.detail)
                if loss.position == NO_DOCUMENT or loss.key in job.losses:
                    raise TaskError(loss.detail, trace=answer.trace)
                log.info("an error in %r: %s", loss.source_ref, loss.detail)
                log.debug("%s", answer.trace)
                self._blame(job, loss)
            case Broken():
                raise WorkerStartError(f"workers cannot start: {answer.reason}", trace=answer.trace)
            case _:  # the answer of a worker whose map was given up
                self._remove(worker)

    def _watch(self, worker: _Worker, passed: float) -> None:
        """Kill a worker whose document is over a limit; what happens next is decided when its pipe closes."""
        if worker not in self._workers:
            return
        if worker.verdict is not None:
            worker.waited += passed
            if worker.waited > ABANDON_SECONDS:
                self._bury(worker)
            return
        usage = usage_of(worker.process.pid)
        position = worker.slot.position()
        if position != worker.position:
            worker.position, worker.waited = position, 0.0
            worker.cpu_before = usage[0] if usage else 0.0
        worker.waited += passed
        limits = self.limits
        if usage is not None and usage[1] > limits.memory_bytes:
            self._kill(
                worker, Reason.OUT_OF_MEMORY, f"took more than {limits.memory_bytes >> 20} MiB of memory"
            )
        elif worker.job is not None and position != NO_DOCUMENT:
            computed = usage[0] - worker.cpu_before if usage else worker.waited
            if computed > limits.document_seconds or worker.waited > WAITING_FACTOR * limits.document_seconds:
                self._kill(worker, Reason.TIMEOUT, f"took more than {limits.document_seconds:g} s")
        elif (worker.job is not None or not worker.is_ready) and worker.waited > limits.item_seconds:
            self._kill(worker, Reason.TIMEOUT, f"no document begun in {limits.item_seconds:g} s")

    def _kill(self, worker: _Worker, reason: Reason, detail: str) -> None:
        (ref, nth), position = worker.slot.key(), worker.slot.position()
        if reason is Reason.TIMEOUT and position != worker.position:
            return  # it went on while we looked
        worker.verdict = Loss(position=position, source_ref=ref, nth=nth, reason=reason, detail=detail)
        worker.waited = 0.0
        worker.process.kill()

    def _bury(self, worker: _Worker) -> None:
        """Decide what a dead worker's item comes to: again, again without a document, or given up."""
        job, position, (ref, nth) = worker.job, worker.slot.position(), worker.slot.key()
        self._remove(worker)
        loss = worker.verdict or Loss(
            position=position,
            source_ref=ref,
            nth=nth,
            reason=Reason.CRASHED,
            detail=f"its worker ended with code {worker.process.returncode}",
        )
        if job is None:
            if not worker.is_ready:
                self._start_failures += 1
                if self._start_failures >= START_FAILURES:
                    raise WorkerStartError(f"workers end before they start: {loss.detail}")
            return
        log.info(
            "worker %d ended at %r: %s", worker.process.pid, loss.source_ref or job.item.key, loss.detail
        )
        # when it had gone on to another document before our kill arrived, a second time decides
        is_sure = loss.reason is Reason.TIMEOUT and position == loss.position
        place = None if loss.position == NO_DOCUMENT else loss.key
        strikes = job.strikes[place] = job.strikes.get(place, 0) + 1
        if place is None or place in job.losses:
            if strikes >= ITEM_STRIKES:
                failed = Failed(key=job.item.key, reason=loss.reason, detail=loss.detail)
                self._outcomes.put((job.number, failed))
            else:
                self._again(job)
        elif is_sure or strikes >= STRIKES:
            self._blame(job, loss)
        else:
            self._again(job)

    def _blame(self, job: _Job, loss: Loss) -> None:
        job.losses[loss.key] = loss
        self._lost += 1
        self._again(job)

    def _again(self, job: _Job) -> None:
        heapq.heappush(self._pending, _place(job))

    def _remove(self, worker: _Worker) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
        worker.process.kill()
        with contextlib.suppress(
            subprocess.TimeoutExpired
        ):  # stuck in the kernel: it ends when its disk answers
            worker.process.wait(1)
        worker.pipe.close()
        worker.slot.close()
