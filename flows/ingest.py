"""The Prefect flow around `flows.pipeline`, which has the steps: each a task over a large batch, with artifacts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE

from flows.operations.decision_journal import carry_out
from flows.operations.watch_delivery import run_watches
from flows.pipeline import BATCH, fold_files
from flows.prefect_tasks import (
    failure_reported,
    frames_cleared,
    name_run,
    notify,
    report_end,
    retried_task,
    send,
    termination_kept,
    with_settings,
)
from flows.run_report import (
    RunReport,
    in_words,
    markdown_report,
    outcome_rows,
    quality_rows,
    source_rows,
)
from flows.settings.parameters import RunSettings, settings_of_run
from flows.settings.settings import Settings
from flows.withdrawal_alert import alert_withdrawals
from warehouse.connection import open_published
from warehouse.errors import WarehouseError
from warehouse.object_store import Place, parse_place
from warehouse.published_queries import list_quality, story_urls

if TYPE_CHECKING:
    from warehouse.row_types import RunQuality

P = ParamSpec("P")
R = TypeVar("R")

_PAGE = "newsfold-run"  # the key of the run's page, after a success as after a failure
_TREND = 21  # this run and the twenty before it
_PROGRESS_SECONDS = 2.0  # between two updates of the progress: nobody reads faster


def as_task(name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function(*args, **kwargs)` as a Prefect task and return its result; its errors are raised.

    `name` is that of the step, with " batch N" at its end where it is for one batch: the task run is then called "STEP
    of batch N". Results stay in this process, nothing is cached. A single step is not retried: what it wrote is rolled
    back with its batch, so `fold` is retried as a whole.
    """
    step, _, batch = name.partition(BATCH)
    run_name = f"{step} of batch {batch}" if batch else step
    one = task(name=step, task_run_name=run_name, cache_policy=NO_CACHE, persist_result=False)
    return one(function)(*args, **kwargs)


@flow(
    name="ingest",
    flow_run_name=name_run,
    persist_result=False,
    on_completion=[report_end],
    on_failure=[report_end, notify],
    on_crashed=[report_end, notify],
)
def ingest(
    paths: list[str] | None = None, home: str | None = None, settings: RunSettings | None = None
) -> RunReport:
    """Fold files into stories, publish the warehouse, and return what the run did.

    Before it, decisions that waited for a run are carried out; after it, withdrawals are reported through
    `notify_block`, and watches deliver what is new. Raises NewsfoldError; a failure to fold has a page in Prefect.

    Args:
        paths: Files, folders or patterns, here or in buckets (s3://bucket/key). Without any the inbox folder of the
            settings is read, and files still being written are left for the next run.
        home: Folder with the warehouse; empty: as the settings say.
        settings: Win over newsfold.toml and NEWSFOLD_*.
    """
    with failure_reported(_PAGE), termination_kept():
        chosen = settings_of_run(home, settings)
        for outcome in carry_out(chosen):
            get_run_logger().info("decision: %s", outcome.sentence)
        report = with_settings(fold, chosen)([parse_place(path) for path in paths or ()], chosen)
    _log(report)
    _show(report)
    if (unsent := alert_withdrawals(report, chosen)) is not None:
        get_run_logger().warning("%s", unsent)
    done = run_watches(chosen, notify=send)
    for error in done.errors:
        get_run_logger().warning("%s", error)
    return report


@retried_task("fold")
def fold(paths: list[Place], settings: Settings) -> RunReport:
    """Take files all the way to the published warehouse (`fold_files`), with a progress artifact in Prefect.

    Without `paths` the inbox is read, except files that changed within `settle_seconds`. Retried as a whole where the
    failure can pass, since what failed was rolled back; raises NewsfoldError.
    """
    progress = _Progress()
    with frames_cleared():
        report = fold_files(
            paths or [settings.inbox],
            settings,
            settle_seconds=0.0 if paths else settings.settle_seconds,
            step=as_task,
            on_progress=progress,
        )
    progress.finish()
    return report


def _log(report: RunReport) -> None:
    """Write what happened to the run's log: counts, rejections by reason, new stories, workers that were killed."""
    logger = get_run_logger()
    for line in in_words(report):
        logger.info(line)
    for story, articles, title in report.newest:
        logger.info("new story %s of %d articles: %s", story, articles, title)
    if report.workers_lost:
        logger.warning("%d documents ended their worker and were rejected", report.workers_lost)


def _show(report: RunReport) -> None:
    """Put the run into Prefect's pages; what the published file adds is left out where that cannot be read."""
    urls: dict[str, str] = {}
    quality: list[RunQuality] = []
    try:
        con = open_published(report.home)
    except WarehouseError:
        pass
    else:
        with con:
            urls = story_urls(con, [story for story, _, _ in report.newest])
            quality = list_quality(con, limit=_TREND)
    create_table_artifact(
        key="newsfold-outcome", table=outcome_rows(report), description="What became of every document"
    )
    create_table_artifact(
        key="newsfold-sources",
        table=source_rows(report),
        description="Sources that took the longest to clean",
    )
    create_table_artifact(
        key="newsfold-quality",
        table=quality_rows(report.run_id, quality),
        description="What came in, beside the twenty runs before",
    )
    create_markdown_artifact(
        key=_PAGE,
        markdown=markdown_report(report, urls, quality),
        description="The run in words, with its stories",
    )


class _Progress:
    """A progress artifact that moves by whole percents, and not too often: a call takes a tenth of a second.

    A long run makes at most a hundred calls, and one that is over before anybody looks a single one.
    """

    def __init__(self) -> None:
        self._artifact: Any = (
            None  # its id; Prefect's own type says it might be a coroutine, which it is not here
        )
        self._percent = 0
        self._sent_at = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        percent = 100 * done // total if total else 0
        now = time.monotonic()
        is_news = percent > self._percent or self._artifact is None
        if is_news and now - self._sent_at >= _PROGRESS_SECONDS:
            self._sent_at = now
            self._send(percent)

    def finish(self) -> None:
        if self._percent < 100:
            self._send(100)

    def _send(self, percent: int) -> None:
        self._percent = percent
        if self._artifact is None:
            self._artifact = create_progress_artifact(
                float(percent), key="newsfold-progress", description="Share of the input that is folded"
            )
        else:
            update_progress_artifact(self._artifact, float(percent))
