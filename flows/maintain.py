"""The nightly flow: looks after the warehouse, and says in Prefect what was found and done."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.settings import Settings, load_settings
from flows.tending import Tended, tend
from warehouse.errors import Busy, DiskFull


class BrokenPromisesError(Exception):
    """Checks found rows that break a promise; the message names each with an example."""


@flow(name="maintain", persist_result=False)
def maintain(home: str | None = None, settings: dict[str, Any] | None = None) -> int:
    """Look after the warehouse, and return how many promises were tried.

    Runs that ended without a word are closed, the deep checks read everything back, what is past its time goes, room
    is given back, and a report says what folding again would change. Raises BrokenPromisesError after all were tried,
    Busy when another run holds the warehouse too long.
    """
    chosen = load_settings(**{**(settings or {}), **({"home": home} if home else {})})
    told = look_after(chosen)
    create_table_artifact(
        key="newsfold-checks",
        table=[
            {"promise": each.promise, "holds": each.is_kept, "seconds": round(each.seconds, 3)}
            for each in told.checks
        ],
        description="The promises of the warehouse",
    )
    create_table_artifact(
        key="newsfold-refold",
        table=[
            {
                "threshold": round(report.threshold, 3),
                "stories": report.stories_after,
                "merges": report.count("merge"),
                "splits": report.count("split"),
                "regroups": report.count("regroup"),
            }
            for report in told.refolds
        ],
        description="What folding again would change, now and a notch to either side",
    )
    create_markdown_artifact(
        key="newsfold-maintain",
        markdown="\n".join(f"- {line}" for line in told.lines()),
        description="The night's work in words",
    )
    if told.broken:
        raise BrokenPromisesError("; ".join(told.broken))
    return len(told.checks)


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
def look_after(settings: Settings) -> Tended:
    """Do the work in the warehouse."""
    return tend(settings)
