"""A change of the warehouse as one recorded run: all of it or nothing, checked, in the ledger, and published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

from flows.errors import describe
from warehouse.checks import enforce_checks
from warehouse.connection import open_working, published_path, transaction, translate
from warehouse.errors import require
from warehouse.publish import publish
from warehouse.runs import RunOutcome, begin_run, close_abandoned_runs, fail_run, finish_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings.settings import Settings
    from warehouse.published_parts import PlacePublication
    from warehouse.published_tables import Tables

Result = TypeVar("Result")

_PROGRAMS = ("newsfold", "prefect", "trafilatura", "datasketch", "duckdb")


def utc_now() -> datetime:
    """Return the present time in the warehouse's form: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of newsfold and of the packages that a run's results may depend on, by name."""
    return {name: version(name) for name in _PROGRAMS}


def publishes_beyond(settings: Settings) -> bool:
    """Return whether the settings name further places to publish to (folder or bucket, Delta Lake, Iceberg).

    Raises MissingExtra where a package that one of them needs is not installed.
    """
    if settings.publish_delta_to is not None:
        require("deltalake", wanted="publish_delta_to", extra="delta")
    if settings.publish_iceberg_to is not None:
        require("pyiceberg", wanted="publish_iceberg_to", extra="iceberg")
    places = (settings.publish_to, settings.publish_delta_to, settings.publish_iceberg_to)
    return any(place is not None for place in places)


def publish_beyond(settings: Settings) -> list[PlacePublication]:
    """Bring all further places of publication up to date with the published file; return what was written to each.

    Call it while holding the warehouse. Raises StoreError, and the next publication then brings what this one did not;
    ForeignPublicationError where the publication of another home is there.
    """
    done = []
    if settings.publish_to is not None:
        from warehouse.published_places import publish_to_place

        done.append(
            publish_to_place(settings.home, settings.publish_to, now=utc_now(), keep=settings.keep_published)
        )
    for tables in _tables(settings):
        from warehouse.published_tables import publish_tables

        done.append(
            publish_tables(settings.home, tables, now=utc_now(), history_days=settings.table_history_days)
        )
    return done


def _tables(settings: Settings) -> Iterator[Tables]:
    if settings.publish_delta_to is not None:
        from warehouse.published_to_delta import DeltaTables

        yield DeltaTables(settings.publish_delta_to)
    if settings.publish_iceberg_to is not None:
        from warehouse.published_to_iceberg import IcebergTables

        yield IcebergTables(settings.home, settings.publish_iceberg_to, catalog=settings.iceberg_catalog)


def publish_beyond_alone(settings: Settings, purpose: str) -> None:
    """Take the lock of the home and bring the other places up to date with the published file (`publish_beyond`).

    For callers that do not hold the warehouse: what left the published file has to leave other places too. Does nothing
    where none is set or nothing is published. Raises Busy, StoreError, MissingExtra and ForeignPublicationError.
    """
    if not publishes_beyond(settings) or not published_path(settings.home).exists():
        return
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose=purpose):
        publish_beyond(settings)


def record_run(
    con: DuckDBPyConnection,
    settings: Settings,
    command: str,
    work: Callable[[str, datetime], tuple[Result, RunOutcome]],
    *,
    is_published: bool = True,
) -> tuple[str, Result]:
    """Do `work(run_id, now)` in one transaction that also ends the run in the ledger, then publish.

    Returns run id and result. `command` is the run's name in the ledger. Call it outside a transaction. Without
    `is_published` publishing is left to the caller, who has more to do first.

    A failed data check (CheckFailed) or any other error of `work` rolls all of it back; after an error of publishing,
    what was done stays in the working file. Either marks the run as failed and is raised.
    """
    publishes_beyond(settings)  # what is missing shows before the work
    now = utc_now()
    close_abandoned_runs(con, now=now)
    run_id = begin_run(
        con, command=command, settings=settings.model_dump(mode="json"), versions=versions(), now=now
    )
    try:
        with transaction(con):
            result, outcome = work(run_id, now)
            enforce_checks(con, run_id)
            finish_run(con, run_id, outcome, now=utc_now())
        if is_published:
            publish(con, settings.home, now=utc_now(), keep=settings.keep_published)
            publish_beyond(settings)
    except BaseException as error:
        with transaction(con):
            fail_run(con, run_id, describe(translate(error, at=settings.home) or error), now=utc_now())
        raise
    return run_id, result
