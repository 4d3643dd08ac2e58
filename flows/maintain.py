"""The nightly flow: tries every promise of the warehouse, and says in Prefect which of them hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.settings import Settings, load_settings
from warehouse.checks import CheckResult, run_checks
from warehouse.connection import open_working, working_path
from warehouse.errors import Busy, DiskFull
from warehouse.runs import close_abandoned_runs


class BrokenPromisesError(Exception):
    """Checks found rows that break a promise; the message names each with an example."""


@flow(name="maintain", persist_result=False)
def maintain(home: str | None = None, settings: dict[str, Any] | None = None) -> int:
    """Look after the warehouse, and return how many promises were tried.

    Runs that ended without a word are closed, and the deep checks read everything back. Raises BrokenPromisesError
    after all were tried, Busy when another run holds the warehouse too long.
    """
    chosen = load_settings(**{**(settings or {}), **({"home": home} if home else {})})
    results = look_after(chosen)
    create_table_artifact(
        key="newsfold-checks",
        table=[
            {"promise": each.promise, "holds": each.is_kept, "seconds": round(each.seconds, 3)}
            for each in results
        ],
        description="The promises of the warehouse",
    )
    broken = [each.describe() for each in results if not each.is_kept]
    if broken:
        raise BrokenPromisesError("; ".join(broken))
    return len(results)


def _can_pass(task: object, run: object, state: Any) -> bool:
    """Tell a failure that waiting may mend: another run at work, a full disk."""
    return isinstance(state.result(raise_on_failure=False), Busy | DiskFull)


@task(
    name="checks",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=[60, 300, 900],  # a large ingest may hold the warehouse for a while at night
    retry_condition_fn=_can_pass,
)
def look_after(settings: Settings) -> list[CheckResult]:
    """Do the work in the warehouse, in one opening."""
    home = Path(settings.home)
    if not working_path(home).exists():
        return []  # nothing was ingested yet: nothing to look after
    with open_working(home, wait_seconds=settings.wait_seconds, purpose="newsfold maintain") as con:
        close_abandoned_runs(con, now=datetime.now(UTC).replace(tzinfo=None))
        return run_checks(con, deep=True)
