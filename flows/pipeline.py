"""The way of a document, as a table of contents; each step runs plainly or as a Prefect task, as the caller likes."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

import numpy as np
import pyarrow as pa

from flows.cleaning import PREPARATION, Cleaned, CleaningItem, clean_item, collect, rejection_row
from flows.decisions import read_decisions
from flows.discover import FoundFile, discover, refuse, sha256_of
from flows.engine import Engine, Limits, Outcome, Pulse
from flows.fold_copies import fold_copies
from flows.fold_stories import fold_stories
from flows.mishaps import describe
from flows.processes import LocalEngine
from flows.recording import utc_now, versions
from flows.refolding import canonical_of, keep_up
from flows.report import RunReport
from flows.settings import Settings
from flows.split import split
from flows.story_model import story_background
from flows.voices import load_voices
from flows.warming import warming
from transforms.ids import hash_text
from transforms.readers.options import MIB, ReadOptions
from transforms.types import Disposition, Format, Reason, Rejection, format_id
from warehouse.batches import file_batch, rejection_batch
from warehouse.checks import enforce_checks
from warehouse.connection import open_working, spool_path, transaction
from warehouse.folding import biggest_new_stories
from warehouse.lag import is_behind
from warehouse.load import files_by_hash, known_files, load_documents, record_files
from warehouse.publish import publish
from warehouse.runs import begin_run, close_abandoned_runs, fail_run, finish_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

P = ParamSpec("P")
R = TypeVar("R")

# What starting a worker costs in processor time, about two seconds, in pages of usual size.
_PAGES_OF_A_START = 80
_PAGE_BYTES = 100_000
# Stories named in the report of a run.
_TOLD_STORIES = 10


class Step(Protocol):
    """How one step is run: plainly, or as a task that Prefect watches."""

    def __call__(self, name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...


def call(name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a step plainly."""
    return function(*args, **kwargs)


OnProgress = Callable[[str, int, int], None]
"""Told (stage, done, total) while a run goes on; total 0 means: not known."""


def ignore_progress(stage: str, done: int, total: int) -> None:
    """Show nothing."""


def fold_files(
    paths: Sequence[Path],
    settings: Settings,
    *,
    settle_seconds: float = 0.0,
    step: Step = call,
    on_progress: OnProgress = ignore_progress,
    engine: Engine | None = None,
) -> RunReport:
    """Take files all the way to the published warehouse; returns what happened.

    `engine` does the cleaning, and is closed at the end; without one, processes of this machine do it.

    Raises MissingPathError, WarehouseError (Busy, Damaged, CheckFailed …) or EngineError; what was committed before
    stays, and the next run goes on from there.
    """
    started = time.monotonic()
    run = _Run(
        settings=settings,
        report=RunReport(home=settings.home),
        step=step,
        on_progress=on_progress,
        engine=engine,
    )
    report = run.report
    found = run.stage("discover", _discover, paths, settings, settle_seconds)
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold ingest") as con:
        report.run_id = _begin(con, settings)
        try:
            refolded = run.stage("refold", keep_up, con, settings, run_id=report.run_id, now=utc_now())
            if refolded is not None:
                report.refolded = refolded.describe()
            _fold_found(con, found, run)
            report.newest = [
                (format_id(story_id), articles, title)
                for story_id, articles, title in biggest_new_stories(con, report.run_id, _TOLD_STORIES)
            ]
            if report.has_changes or report.refolded or is_behind(con, settings.home):
                publication = run.stage(
                    "publish", publish, con, settings.home, now=utc_now(), keep=settings.keep_published
                )
                report.published = publication.path
        except BaseException as error:
            with transaction(con):
                fail_run(con, report.run_id, describe(error), now=utc_now())
            raise
    report.seconds = time.monotonic() - started
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What every step of one run shares."""

    settings: Settings
    report: RunReport
    step: Step
    on_progress: OnProgress
    engine: Engine | None

    def stage(self, name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a step and keep its seconds."""
        began = time.monotonic()
        try:
            return self.step(name, function, *args, **kwargs)
        finally:
            self.report.stage_seconds[name] += time.monotonic() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    files: tuple[FoundFile, ...]
    refused: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """Files whose bytes were not seen before, with their hashes, and what is to be said of the others."""

    files: tuple[FoundFile, ...]
    hashes: Mapping[str, str]  # source_ref → sha256
    refused: tuple[Rejection, ...]
    unchanged: int  # documents in files that are as they were


def _discover(paths: Sequence[Path], settings: Settings, settle_seconds: float) -> _Found:
    seen = list(
        discover(paths, now=time.time(), settle_seconds=settle_seconds, follow_links=settings.follow_links)
    )
    return _Found(
        files=tuple(one for one in seen if isinstance(one, FoundFile)),
        refused=tuple(one for one in seen if isinstance(one, Rejection)),
    )


def _begin(con: DuckDBPyConnection, settings: Settings) -> str:
    close_abandoned_runs(con, now=utc_now())
    return begin_run(
        con, command="ingest", settings=settings.model_dump(mode="json"), versions=versions(), now=utc_now()
    )


def _fold_found(con: DuckDBPyConnection, found: _Found, run: _Run) -> None:
    """Clean what is new and commit it batch by batch; the last batch closes the run in the same transaction."""
    report = run.report
    report.files = len(found.files)
    fresh = run.stage("compare", _compare, con, found)
    report.count_unchanged(fresh.unchanged)
    spool = spool_path(run.settings.home) / f"clean-{_fingerprint(run.settings)}"
    options = _read_options(run.settings)
    agencies = load_voices(run.settings).agencies if run.settings.agencies else None
    items = [
        CleaningItem(work=work, options=options, now=utc_now(), agencies=agencies)
        for work in split(fresh.files, spool=spool, options=options)
    ]
    tally = _Tally(items, fresh.hashes)
    run.on_progress("clean", 0, len(items))
    with closing(run.engine or _make_engine(run.settings, items)) as engine, warming() as hear:
        outcomes = zip(items, engine.map(clean_item, items, spool, on_pulse=_pulse(run, hear)), strict=True)
        refused = fresh.refused
        while True:
            batch, is_last = run.stage("clean", _take, outcomes, refused, run.settings.batch_mb * MIB)
            refused = ()
            with transaction(con):
                _fold_batch(con, batch, tally, run)
                if is_last:
                    finish_run(con, report.run_id, report.outcome(), now=utc_now())
            if is_last:
                break
    shutil.rmtree(spool, ignore_errors=True)


def _compare(con: DuckDBPyConnection, found: _Found) -> _Fresh:
    """Set aside files that are as they were, and files with the bytes of another one."""
    by_ref = {file.source_ref: file for file in found.files}
    seen: list[dict[str, object]] = [
        {"source_ref": file.source_ref, "size": file.size, "mtime_ns": file.mtime_ns, "sha256": None}
        for file in found.files
    ]
    known = {row["source_ref"]: row for row in known_files(con, file_batch(seen)).to_pylist()}
    hashes: dict[str, str] = {}
    refused = list(found.refused)
    for source_ref, file in by_ref.items():
        if source_ref not in known:
            try:
                hashes[source_ref] = sha256_of(file)
            except OSError as error:
                refused.append(refuse(source_ref, error, file.size))
    hashed = [row | {"sha256": hashes[str(row["source_ref"])]} for row in seen if row["source_ref"] in hashes]
    for row in known_files(con, file_batch(hashed)).to_pylist():
        known[row["source_ref"]] = row
        del hashes[row["source_ref"]]
    twins = _twins(con, hashes)
    refused += [
        _duplicate(by_ref[source_ref], hashes[source_ref], twin) for source_ref, twin in twins.items()
    ]
    return _Fresh(
        files=tuple(by_ref[source_ref] for source_ref in hashes if source_ref not in twins),
        hashes=hashes,
        refused=tuple(refused),
        unchanged=sum(row["documents"] for row in known.values()),
    )


def _twins(con: DuckDBPyConnection, hashes: Mapping[str, str]) -> dict[str, str]:
    """Return files whose bytes are those of a file known before, or of one earlier in this run, with that file."""
    first: dict[str, str] = files_by_hash(con, sorted(set(hashes.values())))
    twins: dict[str, str] = {}
    for source_ref in sorted(hashes):
        other = first.setdefault(hashes[source_ref], source_ref)
        if other != source_ref:
            twins[source_ref] = other
    return twins


def _duplicate(file: FoundFile, sha256: str, twin: str) -> Rejection:
    return Rejection(
        source_ref=file.source_ref,
        format=Format.UNKNOWN,
        reason=Reason.SAME_BYTES,
        detail=f"same bytes as {twin}",
        sha256=sha256,
        size=file.size,
        disposition=Disposition.DUPLICATE_FILE,
    )


class _Tally:
    """Counts the documents of each file over its parts, so that a file is recorded when all of it is loaded."""

    def __init__(self, items: Sequence[CleaningItem], hashes: Mapping[str, str]) -> None:
        self._open = Counter(file.source_ref for item in items for file in item.work.files)
        self._files = {file.source_ref: file for item in items for file in item.work.files}
        self._documents: Counter[str] = Counter()
        self._formats: dict[str, str] = {}
        self._hashes = hashes

    def add(self, batch: _Batch) -> list[dict[str, object]]:
        """Take a batch in; return the rows of files that are complete with it."""
        self._documents.update(batch.cleaned.documents)
        self._formats.update(batch.cleaned.formats)
        complete = []
        for item in batch.items:
            for file in item.work.files:
                self._open[file.source_ref] -= 1
                if self._open[file.source_ref] == 0:
                    complete.append(self._row(self._files[file.source_ref]))
        return complete

    def _row(self, file: FoundFile) -> dict[str, object]:
        return {
            "source_ref": file.source_ref,
            "size": file.size,
            "mtime_ns": file.mtime_ns,
            "sha256": self._hashes[file.source_ref],
            "format": self._formats.get(file.source_ref, str(Format.UNKNOWN)),
            "documents": self._documents[file.source_ref],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    items: tuple[CleaningItem, ...]
    cleaned: Cleaned
    refused: tuple[Rejection, ...]


def _take(
    outcomes: Iterator[tuple[CleaningItem, Outcome]], refused: Sequence[Rejection], batch_bytes: int
) -> tuple[_Batch, bool]:
    """Wait for the next batch of cleaned items; the flag says that it is the last."""
    items: list[CleaningItem] = []
    done: list[Outcome] = []
    cost = 0
    is_last = True
    for item, outcome in outcomes:
        items.append(item)
        done.append(outcome)
        cost += item.cost
        if cost >= batch_bytes:
            is_last = False
            break
    return _Batch(items=tuple(items), cleaned=collect(items, done), refused=tuple(refused)), is_last


def _fold_batch(con: DuckDBPyConnection, batch: _Batch, tally: _Tally, run: _Run) -> None:
    """Load and fold one batch; the caller's transaction makes it all or nothing."""
    report, settings, now = run.report, run.settings, utc_now()
    rejections = pa.concat_tables(
        [batch.cleaned.rejections, rejection_batch(rejection_row(one) for one in batch.refused)]
    )
    loaded = run.stage(
        "load", load_documents, con, report.run_id, batch.cleaned.articles, rejections, now=now
    )
    record_files(con, report.run_id, file_batch(tally.add(batch)), now=now)
    report.count(batch.cleaned.count + len(batch.refused), loaded)
    report.count_seconds(batch.cleaned.seconds)
    dirty = np.union1d(loaded.new_ids, loaded.changed_ids)
    if len(dirty):
        decisions = read_decisions(con)
        change = run.stage("copies", fold_copies, con, dirty, decisions, run_id=report.run_id, now=now)
        told = run.stage(
            "stories",
            fold_stories,
            con,
            change,
            decisions,
            story_background(settings),
            canonical_of(settings),
            run_id=report.run_id,
            now=now,
        )
        report.stories_new += told.new
        report.stories_changed += told.changed
    run.stage("check", enforce_checks, con, report.run_id)


def _make_engine(settings: Settings, items: Sequence[CleaningItem]) -> Engine:
    limits = Limits(document_seconds=settings.document_seconds, memory_bytes=settings.worker_memory_mb * MIB)
    # every worker but the first must have enough to do to be worth its start
    worth = sum(max(len(item.work.files), item.cost // _PAGE_BYTES) for item in items) // _PAGES_OF_A_START
    workers = max(1, min(settings.workers, len(items), 1 + worth))
    return LocalEngine(workers=workers, limits=limits, modules=PREPARATION)


def _pulse(run: _Run, hear: Callable[[int], None]) -> Callable[[Pulse], None]:
    def told(pulse: Pulse) -> None:
        run.on_progress("clean", pulse.items_done, pulse.items)
        hear(pulse.documents)

    return told


def _read_options(settings: Settings) -> ReadOptions:
    return ReadOptions(field_map=dict(settings.field_map), max_document_bytes=settings.max_document_mb * MIB)


def _fingerprint(settings: Settings) -> str:
    """Name the spool after what cleaning depends on, so that a run after a crash goes on and never mixes."""
    credits = load_voices(settings).version if settings.agencies else "shipped"
    return format_id(hash_text(repr((version("newsfold"), _read_options(settings), credits))))
