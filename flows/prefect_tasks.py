"""Work inside a Prefect flow: retried where that may help, limited in time, and its failure reported."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import SimpleQueue
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import TerminationSignal
from prefect.runtime import deployment, flow_run

from flows.errors import can_pass, explain
from flows.run_report import as_text
from flows.settings.settings import Settings, stated_value

if TYPE_CHECKING:
    from prefect import Task
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import Flow

P = ParamSpec("P")
R = TypeVar("R")

# Of the event that a run of a deployment ended, before its state in small letters; and the tag it carries.
END_EVENT: Final = "newsfold.flow-run."
TAG_RESOURCE: Final = {"prefect.resource.id": "prefect.tag.newsfold", "prefect.resource.role": "tag"}
# After so long a destructor has returned; the next one that swallows the signal costs as much again.
_RESEND_SECONDS = 0.05


def failure_can_pass(task: object, run: object, state: Any) -> bool:
    """Return whether a failed Prefect task is worth another try, since its error can pass: a `retry_condition_fn`."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, BaseException) and can_pass(error)


def retried_task(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Return a decorator that makes a Prefect task with a time limit, retried when its failure can pass.

    Its limits hold in runs without settings of their own: three more tries, after 60, 300 and 900 s, each try at most
    six hours. `with_settings` replaces them by those of the settings.
    """
    return task(
        name=name,
        retries=3,
        retry_delay_seconds=[60.0, 300.0, 900.0],
        retry_condition_fn=failure_can_pass,
        timeout_seconds=21_600.0,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


def with_settings(step: Task[P, R], settings: Settings) -> Task[P, R]:
    """Return a copy of a task with the retries and the time limit of the settings.

    `retry_delays` are the seconds before each retry, `run_seconds` limits each try; 0 is no limit. A run that somebody
    started by hand, without a deployment, has no retries: its failure is seen at once.
    """
    delays = list(settings.retry_delays) if deployment.id else []
    return step.with_options(
        retries=len(delays),
        retry_delay_seconds=delays or 0,
        timeout_seconds=settings.run_seconds or None,
    )


def name_run() -> str:
    """Return the name of a flow run: flow, home and the time it was due, if any (a `flow_run_name`)."""
    parameters = flow_run.parameters or {}
    home = parameters.get("home") or _setting(parameters, "home") or "default home"
    due = flow_run.scheduled_start_time
    return f"{flow_run.flow_name} {home} {due:%Y-%m-%d %H:%M}" if due else f"{flow_run.flow_name} {home}"


def _setting(parameters: Mapping[str, Any], name: str) -> str:
    given = parameters.get("settings") or {}
    return stated_value(name, given if isinstance(given, dict) else given.model_dump(exclude_none=True))


@contextmanager
def frames_cleared() -> Iterator[None]:
    """Clear the local variables in an error's traceback when it leaves the block.

    Prefect keeps errors until the process ends, and with them the connection to the working file; DuckDB then prints a
    page about leaks.
    """
    try:
        yield
    except BaseException as error:
        clear_frames(error.__traceback__)
        raise


@contextmanager
def termination_kept() -> Iterator[None]:
    """Send SIGTERM again where Prefect's handler raised in a destructor, which swallows every exception.

    The run would go on as if nobody had asked it to end. Prefect's handler itself is left in place, by which it knows
    a cancelled run from a crashed one.
    """
    former, is_swallowed = sys.unraisablehook, SimpleQueue[bool]()  # a queue that destructors may put into

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, TerminationSignal):
            is_swallowed.put(True)
        else:
            former(unraisable)

    def resend() -> None:
        while is_swallowed.get():
            time.sleep(_RESEND_SECONDS)
            signal.raise_signal(signal.SIGTERM)

    resending = threading.Thread(target=resend, name="newsfold-termination", daemon=True)
    resending.start()
    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = former
        is_swallowed.put(False)
        resending.join()


@contextmanager
def failure_reported(key: str) -> Iterator[None]:
    """Report an error of the block in plain words as a Prefect artifact of the run, and raise it.

    `key` names the artifact, which takes the place of the run's report. KeyboardInterrupt and SystemExit are raised
    without one.
    """
    try:
        yield
    except Exception as error:  # reported here, handled by Prefect, which marks the run as failed
        happened, *rest = (as_text(line) for line in explain(error).lines())
        page = "\n".join(["# This run failed", "", f"**{happened}**", "", *(f"- {line}" for line in rest)])
        create_markdown_artifact(key=key, markdown=page, description="What went wrong, and what to do")
        raise


def report_end(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Emit an event of ours that the run of a deployment ended: a hook for completed, failed and crashed runs.

    Prefect's own event waits for the one of the state before it, up to a quarter of an hour; where a run was planned
    less than five minutes ahead, as on a schedule of minutes, that one never comes.
    """
    from prefect.events import emit_event

    if flow_run.deployment_id is not None:
        resource = {"prefect.resource.id": f"prefect.flow-run.{flow_run.id}"}
        emit_event(f"{END_EVENT}{state.type.value.lower()}", resource=resource, related=[TAG_RESOURCE])


def notify(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Send a run's failure through the block that `notify_block` names: a hook for failed and crashed runs.

    Takes blocks with `notify(body, subject)`, as Slack's or mail's, and those with `call(payload)`, as a plain webhook.
    What goes wrong here is in the run's log; the run itself is over.
    """
    slug = _setting(flow_run.parameters or {}, "notify_block")
    if not slug:
        return
    subject = f"newsfold: {flow.name} {state.name or state.type.value}".lower()
    body = "\n".join(
        [_reason(state), f"run {flow_run.name}", *([_page(flow_run)] if _page(flow_run) else [])]
    )
    send(slug, subject, body)


def send(slug: str, subject: str, body: str) -> None:
    """Send a message through the Prefect block `type/name`; raise ValueError where that fails, without its secrets.

    Blocks with `notify(body, subject)` and with `call(payload)` can; an answer of HTTP from 400 on is a failure.
    """
    from prefect.blocks.abstract import NotificationBlock
    from prefect.blocks.core import Block

    block: Any = Block.load(slug)
    if not (isinstance(block, NotificationBlock) or hasattr(block, "call")):
        raise ValueError(f"notify_block {slug!r} has neither `notify` nor `call`")
    try:
        answer = _send(block, subject, body)
    except Exception as error:  # noqa: BLE001 - whatever a block raises, and its words name its address
        happened = _ADDRESS.sub(r"\1…", " ".join(str(error).split())) or type(error).__name__
        raise ValueError(f"block {slug!r} did not send: {happened}") from None
    if (status := getattr(answer, "status_code", 0)) >= 400:
        raise ValueError(f"block {slug!r} did not send: it was answered {status}")


# An address of a block: of Slack, Teams and their like it is the secret.
_ADDRESS = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]*://)[^\s'\"]+")


def _send(block: Any, subject: str, body: str) -> Any:
    from prefect.blocks.abstract import NotificationBlock
    from prefect.utilities.asyncutils import run_coro_as_sync

    answer: Any
    if isinstance(block, NotificationBlock):
        with block.raise_on_failure():
            answer = block.notify(body, subject)
    else:
        answer = block.call({"subject": subject, "body": body})
    return run_coro_as_sync(answer) if hasattr(answer, "__await__") else answer


def _reason(state: State[Any]) -> str:
    error = state.result(raise_on_failure=False)
    if isinstance(error, BaseException):
        return "\n".join(explain(error).lines())
    return state.message or "it ended without a message"


def _page(flow_run: FlowRun) -> str:
    from prefect.settings import get_current_settings

    parts = urlsplit(get_current_settings().ui_url or "")
    base = parts._replace(
        netloc=parts.netloc.rpartition("@")[2]
    ).geturl()  # PREFECT_API_URL may have a password
    return f"{base}/runs/flow-run/{flow_run.id}" if base else ""
