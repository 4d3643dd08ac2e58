"""A change of the warehouse as one recorded run: all of it or nothing, checked, told in the ledger and published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

from flows.mishaps import describe
from warehouse.checks import enforce_checks
from warehouse.connection import transaction
from warehouse.publish import publish
from warehouse.runs import RunOutcome, begin_run, close_abandoned_runs, fail_run, finish_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings import Settings

Told = TypeVar("Told")

_PROGRAMS = ("newsfold", "prefect", "trafilatura", "datasketch", "duckdb")


def utc_now() -> datetime:
    """Return the time as the warehouse keeps it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def versions() -> dict[str, str]:
    """Return what a run's results may depend on."""
    return {name: version(name) for name in _PROGRAMS}


def record_run(
    con: DuckDBPyConnection,
    settings: Settings,
    command: str,
    work: Callable[[str, datetime], tuple[Told, RunOutcome]],
    *,
    is_published: bool = True,
) -> tuple[str, Told]:
    """Do `work(run_id, now)` in one transaction that also closes the run, then publish; returns run id and result.

    Without `is_published` publishing is left to the caller, who has more to do first.

    A broken promise (CheckFailed) or any other error undoes all of it and marks the run as failed.
    """
    now = utc_now()
    close_abandoned_runs(con, now=now)
    run_id = begin_run(
        con, command=command, settings=settings.model_dump(mode="json"), versions=versions(), now=now
    )
    try:
        with transaction(con):
            told, outcome = work(run_id, now)
            enforce_checks(con, run_id)
            finish_run(con, run_id, outcome, now=utc_now())
        if is_published:
            publish(con, settings.home, now=utc_now(), keep=settings.keep_published)
    except BaseException as error:
        with transaction(con):
            fail_run(con, run_id, describe(error), now=utc_now())
        raise
    return run_id, told
