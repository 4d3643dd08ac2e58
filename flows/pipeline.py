"""The way of a document, as a table of contents; each step runs plainly or as a Prefect task, as the caller likes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

import pyarrow as pa

from flows.engine.protocol import Engine, Outcome, Pulse
from flows.errors import describe
from flows.fold.article_identities import resolve, restore_claims
from flows.fold.background_model import story_background
from flows.fold.copies import as_ids, fold_copies
from flows.fold.corrections import restore_and_correct
from flows.fold.decisions_in_force import read_decisions
from flows.fold.erased_copies import hold_back
from flows.fold.preloading import warm_up
from flows.fold.refold import canonical_of, refold_if_stale
from flows.fold.stories import fold_stories
from flows.intake.cleaning import Cleaned, clean_item, collect
from flows.intake.cleaning_engine import make_engine, spool_of
from flows.intake.cleaning_items import CleaningItem, rejection_row
from flows.intake.discover import FoundFile, discover
from flows.intake.known_files import Reading, compare, reading_of
from flows.intake.split import split
from flows.intake.standard_input import name_standard_input
from flows.quality_gates import enforce_quality
from flows.recorded_run import publish_beyond, publishes_beyond, utc_now, versions
from flows.run_metrics import log_run
from flows.run_report import RunReport
from flows.settings.settings import Settings
from flows.settings.source_lists import load_source_lists
from transforms.kernel.sorted_sets import union
from transforms.readers.read_options import MIB, ReadOptions
from transforms.text.ids import hash_text
from transforms.types import Format, Reason, Rejection, format_id
from warehouse.batch_schemas import file_schema, rejection_schema, to_batch
from warehouse.checks import enforce_checks
from warehouse.connection import (
    WORKING_NAME,
    keep_little,
    open_working,
    prepare_home,
    spool_path,
    transaction,
    translate,
)
from warehouse.corrections import restore_originals
from warehouse.deferred_files import count_deferrals
from warehouse.failed_attempts import note_attempt, record_attempts
from warehouse.folding_stories import biggest_new_stories
from warehouse.load import lift_embargoes, load_documents, record_files
from warehouse.object_store import Place
from warehouse.publish import publish
from warehouse.runs import begin_run, close_abandoned_runs, fail_run, finish_run, note_message

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

P = ParamSpec("P")
R = TypeVar("R")

# A file that so many runs found still being written is named in the report: something appends to it for ever.
_MANY_RUNS = 10
# A run of files that are smaller than this together needs little memory.
_FEW_BYTES = 4 * MIB
# Stories named in the report of a run.
_LISTED_STORIES = 10


BATCH = " batch "  # between the name of a step and the number of the batch it is for


class Step(Protocol):
    """How one step of the pipeline is called: plainly (`call`), or as a task that Prefect records."""

    def __call__(self, name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...


def call(name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call `function(*args, **kwargs)` and return its result; the plain Step, which needs no `name`."""
    return function(*args, **kwargs)


OnProgress = Callable[[str, int, int], None]
"""Called with (stage, done, total) while a run goes on; total 0 means: not known."""


def ignore_progress(stage: str, done: int, total: int) -> None:
    """Do nothing: the progress callback that shows nothing."""


def fold_files(
    paths: Sequence[Place],
    settings: Settings,
    *,
    settle_seconds: float = 0.0,
    step: Step = call,
    on_progress: OnProgress = ignore_progress,
    engine: Engine | None = None,
) -> RunReport:
    """Take files all the way to the published warehouse: read, clean, find copies, fold, publish; return a report.

    `paths` are files, folders, patterns and addresses of buckets; without any, nothing is read, yet the run is
    recorded and published. Files that changed within `settle_seconds` are left for the next run. Each step goes
    through `step`. `engine` does the cleaning, and is closed at the end; without one, the one that the setting
    `engine` names does it.

    Each batch is one transaction, checked. Raises MissingPathError, WarehouseError (Busy, Damaged, CheckFailed …) or
    EngineError; what was committed before stays, and the next run goes on from there. Raises StoreError, QualityError
    or AllCrashedError when everything is committed and published in the home.
    """
    started = time.monotonic()
    run = _Run(
        settings=settings,
        report=RunReport(home=settings.home),
        step=step,
        on_progress=on_progress,
        engine=engine,
    )
    try:
        report = _fold_all(paths, run, settle_seconds, started)
    except BaseException as error:
        if not run.report.run_id:  # nothing could be written into the ledger
            note_attempt(settings.home, command="ingest", message=describe(error), now=utc_now())
        log_run(run.report, settings, error)
        raise
    log_run(report, settings)
    return report


def _fold_all(paths: Sequence[Place], run: _Run, settle_seconds: float, started: float) -> RunReport:
    report, settings = run.report, run.settings
    publishes_beyond(settings)  # what is missing shows before the work
    found = run.stage("discover", _discover, paths, settings, settle_seconds)
    prepare_home(settings.home, mode=int(settings.home_mode, 8))
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold ingest") as con:
        report.run_id = _begin(con, settings)
        try:
            with transaction(con):
                restore_claims(con)
            refolded = run.stage(
                "refold", refold_if_stale, con, settings, run_id=report.run_id, now=utc_now()
            )
            if refolded is not None:
                report.refolded = refolded.describe()
            _fold_found(con, found, run)
            report.newest = [
                (format_id(story_id), articles, title)
                for story_id, articles, title in biggest_new_stories(con, report.run_id, _LISTED_STORIES)
            ]
            publication = run.stage(
                "publish", publish, con, settings.home, now=utc_now(), keep=settings.keep_published
            )
            report.published = publication.path
            if publishes_beyond(settings):
                report.published_to = run.stage("publish_to", publish_beyond, settings)
            report.breaches = enforce_quality(report, settings)
            if report.breaches:
                note_message(con, report.run_id, f"abnormal: {'; '.join(report.breaches)}")
        except BaseException as error:
            with transaction(con):
                fail_run(
                    con,
                    report.run_id,
                    describe(translate(error, at=settings.home) or error),
                    now=utc_now(),
                )
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
        """Run a step, add its seconds to the report, also where it raises, and return its result."""
        began = time.monotonic()
        label = f"{name}{BATCH}{self.report.batches}" if self.report.batches else name
        try:
            return self.step(label, function, *args, **kwargs)
        finally:
            self.report.stage_seconds[name] += time.monotonic() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    files: tuple[FoundFile, ...]
    refused: tuple[Rejection, ...]


def _discover(paths: Sequence[Place], settings: Settings, settle_seconds: float) -> _Found:
    seen = list(
        discover(
            paths,
            now=time.time(),
            settle_seconds=settle_seconds,
            follow_links=settings.follow_links,
            home_files=(WORKING_NAME,),
        )
    )
    spool = spool_path(settings.home)
    return _Found(
        files=tuple(name_standard_input(one, spool) for one in seen if isinstance(one, FoundFile)),
        refused=tuple(one for one in seen if isinstance(one, Rejection)),
    )


def _begin(con: DuckDBPyConnection, settings: Settings) -> str:
    close_abandoned_runs(con, now=utc_now())
    record_attempts(con, settings.home)
    return begin_run(
        con, command="ingest", settings=settings.model_dump(mode="json"), versions=versions(), now=utc_now()
    )


def _fold_found(con: DuckDBPyConnection, found: _Found, run: _Run) -> None:
    """Clean what is new and commit it batch by batch; the last batch closes the run in the same transaction."""
    report = run.report
    report.files = len(found.files)
    still_written = [one.source_ref for one in found.refused if one.reason is Reason.STILL_WRITTEN]
    report.put_off = [(ref, runs) for ref, runs in count_deferrals(con, still_written) if runs >= _MANY_RUNS]
    reading = reading_of(run.settings.field_map)
    fresh = run.stage("compare", compare, con, found.files, found.refused, reading)
    report.read_otherwise = list(fresh.read_otherwise)
    report.count_unchanged(fresh.unchanged)
    if sum(file.size for file in fresh.files) < _FEW_BYTES:
        keep_little(con, run.settings.home)
    spool = spool_of(run.settings, _fingerprint(run.settings))
    options = read_options(run.settings)
    agencies = load_source_lists(run.settings).agencies if run.settings.agencies else None
    items = [
        CleaningItem(work=work, options=options, now=utc_now(), agencies=agencies)
        for work in split(fresh.files, spool=spool.for_copies, options=options)
    ]
    tally = _Tally(items, fresh.hashes, reading)
    run.on_progress("clean", 0, len(items))
    chosen = run.engine or make_engine(run.settings, items, spool)
    with closing(chosen) as engine, warm_up() as report_begun:
        outcomes = zip(
            items,
            engine.map(clean_item, items, spool.folder, on_pulse=_pulse(run, report_begun)),
            strict=True,
        )
        refused = fresh.refused
        while True:
            report.batches += 1
            batch, is_last = run.stage("clean", _take, outcomes, refused, run.settings.batch_mb * MIB)
            refused = ()
            with transaction(con):
                _fold_batch(con, batch, tally, run)
                if is_last:
                    finish_run(con, report.run_id, report.outcome(), now=utc_now())
            if is_last:
                break
    report.batches = 0  # what follows is for all of them
    spool.remove()


class _Tally:
    """Counts the documents of each file over its parts, so that a file is recorded when all of it is loaded."""

    def __init__(self, items: Sequence[CleaningItem], hashes: Mapping[str, str], reading: Reading) -> None:
        self._open = Counter(file.source_ref for item in items for file in item.work.files)
        self._files = {file.source_ref: file for item in items for file in item.work.files}
        self._documents: Counter[str] = Counter()
        self._formats: dict[str, str] = {}
        self._unread: set[str] = set()
        self._hashes = hashes
        self._reading = reading

    def add(self, batch: _Batch) -> list[dict[str, object]]:
        """Count the documents of a batch by file; return a row for each file that is complete with this batch.

        Files that could not be read have no row.
        """
        self._documents.update(batch.cleaned.documents)
        self._formats.update(batch.cleaned.formats)
        self._unread |= batch.cleaned.unread
        complete = []
        for item in batch.items:
            for file in item.work.files:
                self._open[file.source_ref] -= 1
                if self._open[file.source_ref] == 0 and file.source_ref not in self._unread:
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
            "field_map": self._reading.field_map,
            "read_by": self._reading.read_by,
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
    articles, held = hold_back(con, batch.cleaned.articles)
    rejections = pa.concat_tables(
        [batch.cleaned.rejections, held, to_batch(map(rejection_row, batch.refused), rejection_schema())]
    )
    resolved = run.stage("identity", resolve, con, articles)
    ids = as_ids([*resolved.articles.column("article_id").to_pylist(), *resolved.merges.values()])
    ids = union(ids, as_ids(resolved.merges))
    restore_originals(con, ids)  # states of an article are ordered by what the source had
    loaded = run.stage(
        "load",
        load_documents,
        con,
        report.run_id,
        resolved.articles,
        rejections,
        now=now,
        merges=resolved.merges,
    )
    restore_and_correct(con, ids)
    record_files(con, report.run_id, to_batch(tally.add(batch), file_schema()), now=now)
    report.count(batch.cleaned.count + len(batch.refused), loaded)
    report.count_seconds(batch.cleaned.seconds)
    lifted = lift_embargoes(con, report.run_id, now=now)
    report.embargoes_lifted += len(lifted)
    dirty = union(union(loaded.new_ids, loaded.changed_ids), lifted)
    if len(dirty):
        decisions = read_decisions(con)
        change = run.stage("copies", fold_copies, con, dirty, decisions, run_id=report.run_id, now=now)
        folded = run.stage(
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
        report.stories_new += folded.new
        report.stories_changed += folded.changed
    run.stage("check", enforce_checks, con, report.run_id)


def _pulse(run: _Run, report_begun: Callable[[int], None]) -> Callable[[Pulse], None]:
    def report(pulse: Pulse) -> None:
        run.on_progress("clean", pulse.items_done, pulse.items)
        run.report.workers_lost = pulse.losses
        report_begun(pulse.documents)

    return report


def read_options(settings: Settings) -> ReadOptions:
    """Return what readers take from the settings: map of fields, and bytes above which a document is rejected."""
    return ReadOptions(field_map=dict(settings.field_map), max_document_bytes=settings.max_document_mb * MIB)


def _fingerprint(settings: Settings) -> str:
    """Return what the result of cleaning depends on beside the files."""
    credits = load_source_lists(settings).version if settings.agencies else "shipped"
    return format_id(hash_text(repr((version("newsfold"), read_options(settings), credits))))
