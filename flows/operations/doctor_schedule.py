"""Inspect Prefect: whether it answers, what is scheduled there, and how the last scheduled runs ended."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from flows.operations.doctor_findings import Finding, Health, in_hours, ok

if TYPE_CHECKING:
    from flows.settings.settings import Settings

_ANSWER_SECONDS = 3.0
_A_NIGHT = timedelta(hours=25)  # the nightly deployment runs no more often
_ENDED = ["COMPLETED", "FAILED", "CRASHED"]  # a cancelled run gave way to another


def inspect_prefect(settings: Settings) -> Iterator[Finding]:
    """Yield findings on the server of PREFECT_API_URL, and on each deployment with the tag newsfold.

    Whether the server answers as Prefect does (within 3 s a request; if not, this one finding, a failure), what is
    scheduled, and how and when the last run of each deployment ended. Without PREFECT_API_URL one finding, which is in
    order.
    """
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        yield ok(
            "prefect", "PREFECT_API_URL is not set: runs are not reported; `newsfold serve` brings a server"
        )
        return
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - the operator's own setting
            answer.read(16)
        deployments = _ask(f"{url}/deployments/filter", {"deployments": {"tags": {"all_": ["newsfold"]}}})
        last = {each["id"]: _last_run(url, each) for each in deployments}
    # what is no HTTP, no address, or no answer of Prefect
    except (OSError, ValueError, HTTPException, OverflowError, LookupError, TypeError) as error:
        yield Finding(
            health=Health.FAIL,
            what="prefect",
            detail=f"{url} does not answer: {error}",
            advice="start it (`prefect server start`), or unset PREFECT_API_URL",
        )
        return
    yield ok("prefect", f"{url} answers")
    if not deployments:
        yield Finding(
            health=Health.WARN,
            what="schedule",
            detail="no deployment with the tag newsfold",
            advice="run `prefect deploy --all --no-prompt`, or `newsfold serve`",
        )
    for each in deployments:
        yield _schedule(each)
        if last[each["id"]]:
            yield _scheduled_run(each, last[each["id"]][0], settings)


def _ask(url: str, body: dict[str, object]) -> list[dict[str, Any]]:
    question = urllib.request.Request(  # noqa: S310 - the operator's own setting
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(question, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - the operator's own setting
        found: list[dict[str, Any]] = json.load(answer)
    return found


def _last_run(url: str, deployment: dict[str, Any]) -> list[dict[str, Any]]:
    chosen = {"deployment_id": {"any_": [deployment["id"]]}, "state": {"type": {"any_": _ENDED}}}
    return _ask(f"{url}/flow_runs/filter", {"flow_runs": chosen, "sort": "END_TIME_DESC", "limit": 1})


def _scheduled_run(deployment: dict[str, Any], run: dict[str, Any], settings: Settings) -> Finding:
    """Judge the last run of a deployment that ended: how, and how long ago."""
    what = f"last scheduled {deployment.get('name')}"
    ended = datetime.fromisoformat(str(run.get("end_time") or run.get("start_time") or run["created"]))
    age = datetime.now(UTC) - ended
    detail = f"{str(run.get('state_type')).lower()} {in_hours(age)} ago"
    if run.get("state_type") != "COMPLETED":
        message = str((run.get("state") or {}).get("message") or "")
        return Finding(
            health=Health.WARN,
            what=what,
            detail=f"{detail}: {message}" if message else detail,
            advice="see `newsfold runs`, and the run's page in Prefect",
        )
    if settings.quiet_hours and age > max(timedelta(hours=settings.quiet_hours), _A_NIGHT):
        return Finding(
            health=Health.WARN, what=what, detail=detail, advice="is it still scheduled, and served?"
        )
    return ok(what, detail)


def _schedule(deployment: dict[str, object]) -> Finding:
    what = f"schedule {deployment.get('name')}"
    schedules = deployment.get("schedules")
    active = [one for one in schedules if one.get("active")] if isinstance(schedules, list) else []
    if deployment.get("paused") or not active:
        return Finding(
            health=Health.WARN,
            what=what,
            detail="paused or without a schedule",
            advice="resume it in the Prefect UI",
        )
    if deployment.get("status") == "NOT_READY":
        return Finding(
            health=Health.WARN,
            what=what,
            detail="nobody is there to run it",
            advice="start `prefect worker start --pool newsfold`, or `newsfold serve`",
        )
    detail = ", ".join(
        str((one.get("schedule") or {}).get("cron") or (one.get("schedule") or {}).get("interval"))
        for one in active
    )
    return ok(what, detail)
