"""The Prefect flow: the same steps as everywhere, each a task over a large batch, with artifacts of the result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import flow, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE

from flows.pipeline import fold_files
from flows.report import RunReport, markdown_report, outcome_rows
from flows.settings import load_settings

P = ParamSpec("P")
R = TypeVar("R")


def as_task(name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a step as a Prefect task; nothing is cached or stored, data stays in this process."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(function)(*args, **kwargs)


@flow(name="ingest", persist_result=False)
def ingest(
    paths: list[str] | None = None, home: str | None = None, settings: dict[str, Any] | None = None
) -> RunReport:
    """Fold files into stories and publish the warehouse.

    Without `paths` the inbox folder of the settings is read, and files still being written are left for the next run.
    `settings` wins over newsfold.toml and NEWSFOLD_*; see `newsfold config` for the names.
    """
    chosen = load_settings(**{**(settings or {}), **({"home": home} if home else {})})
    progress = _Progress()
    report = fold_files(
        [Path(path) for path in paths] if paths else [chosen.inbox],
        chosen,
        settle_seconds=0.0 if paths else chosen.settle_seconds,
        step=as_task,
        on_progress=progress,
    )
    progress.finish()
    create_table_artifact(
        key="newsfold-outcome", table=outcome_rows(report), description="What became of every document"
    )
    create_markdown_artifact(
        key="newsfold-run", markdown=markdown_report(report), description="The run in words, with its stories"
    )
    return report


class _Progress:
    """A progress artifact that moves by whole percents, so that a long run makes a hundred calls and not a million."""

    def __init__(self) -> None:
        self._artifact: Any = (
            None  # its id; Prefect's own type says it might be a coroutine, which it is not here
        )
        self._percent = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        percent = 100 * done // total if total else 0
        if self._artifact is None:
            self._artifact = create_progress_artifact(
                0.0, key="newsfold-progress", description="Share of the input that is folded"
            )
        if percent > self._percent:
            self._percent = percent
            update_progress_artifact(self._artifact, float(percent))

    def finish(self) -> None:
        if self._artifact is not None and self._percent < 100:
            update_progress_artifact(self._artifact, 100.0)
