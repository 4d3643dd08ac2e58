"""The Prefect flow: the same steps as everywhere, each a task over a large batch, with artifacts of the result."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from prefect import flow, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE

from flows.attempts import attempt, notify, told_failure
from flows.pipeline import fold_files
from flows.report import RunReport, markdown_report, outcome_rows, quality_rows, source_rows
from flows.settings import Settings, load_settings
from warehouse.connection import open_published
from warehouse.errors import WarehouseError
from warehouse.queries import list_quality, story_urls

if TYPE_CHECKING:
    from warehouse.rows import RunQuality

P = ParamSpec("P")
R = TypeVar("R")

_PAGE = "newsfold-run"  # the key of the run's page, whether it tells of success or of failure
_TREND = 21  # this run and the twenty before it
_PROGRESS_SECONDS = 2.0  # between two updates of the progress: nobody reads faster


def as_task(name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a step as a Prefect task; nothing is cached or stored, data stays in this process."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(function)(*args, **kwargs)


@flow(name="ingest", persist_result=False, on_failure=[notify], on_crashed=[notify])
def ingest(
    paths: list[str] | None = None, home: str | None = None, settings: dict[str, Any] | None = None
) -> RunReport:
    """Fold files into stories and publish the warehouse.

    Without `paths` the inbox folder of the settings is read, and files still being written are left for the next run.
    `settings` wins over newsfold.toml and NEWSFOLD_*; see `newsfold config` for the names.
    """
    with told_failure(_PAGE):
        chosen = load_settings(**{**(settings or {}), **({"home": home} if home else {})})
        report = attempt("fold", chosen, _fold, [Path(path) for path in paths or ()], chosen)
    _tell(report)
    return report


def _fold(paths: list[Path], settings: Settings) -> RunReport:
    progress = _Progress()
    report = fold_files(
        paths or [settings.inbox],
        settings,
        settle_seconds=0.0 if paths else settings.settle_seconds,
        step=as_task,
        on_progress=progress,
    )
    progress.finish()
    return report


def _tell(report: RunReport) -> None:
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
            quality = list_quality(con, limit=_TREND) if report.published else []
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
        table=quality_rows(quality),
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
        self._told_at = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        percent = 100 * done // total if total else 0
        now = time.monotonic()
        is_news = percent > self._percent or self._artifact is None
        if is_news and now - self._told_at >= _PROGRESS_SECONDS:
            self._told_at = now
            self._tell(percent)

    def finish(self) -> None:
        if self._percent < 100:
            self._tell(100)

    def _tell(self, percent: int) -> None:
        self._percent = percent
        if self._artifact is None:
            self._artifact = create_progress_artifact(
                float(percent), key="newsfold-progress", description="Share of the input that is folded"
            )
        else:
            update_progress_artifact(self._artifact, float(percent))
