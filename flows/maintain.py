"""The nightly flow: looks after the warehouse, and says in Prefect what was found and done."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.attempts import attempt, notify, told_failure
from flows.report import as_text
from flows.settings import load_settings
from flows.tending import tend


class BrokenPromisesError(Exception):
    """Checks found rows that break a promise; the message names each with an example."""


@flow(name="maintain", persist_result=False, on_failure=[notify], on_crashed=[notify])
def maintain(home: str | None = None, settings: dict[str, Any] | None = None) -> int:
    """Look after the warehouse, and return how many promises were tried.

    Runs that ended without a word are closed, the deep checks read everything back, what is past its time goes, room
    is given back, and a report says what folding again would change. Raises BrokenPromisesError after all were tried,
    Busy when another run holds the warehouse too long, Damaged when the working file is.
    """
    with told_failure("newsfold-maintain"):
        chosen = load_settings(**{**(settings or {}), **({"home": home} if home else {})})
        told = attempt("look after", chosen, tend, chosen)
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
        markdown="\n".join(f"- {as_text(line)}" for line in told.lines()),
        description="The night's work in words",
    )
    if told.broken:
        raise BrokenPromisesError("; ".join(told.broken))
    return len(told.checks)
