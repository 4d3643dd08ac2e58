"""Work inside a Prefect flow: tried again where that may help, limited in time, and told when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import deployment

from flows.mishaps import can_pass, explain
from flows.report import as_text
from flows.settings import Settings, stated_value

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import Flow

P = ParamSpec("P")
R = TypeVar("R")


def attempt(
    name: str, settings: Settings, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run a function as a task that ends after `run_seconds`; a scheduled one is tried again when its failure can pass.

    Somebody who started a run by hand hears of the failure at once and tries again as they like.
    """
    delays = list(settings.retry_delays) if deployment.id else []
    attempted = task(
        name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=len(delays),
        retry_delay_seconds=delays or None,
        retry_condition_fn=_has_passing_failure,
        timeout_seconds=settings.run_seconds or None,
    )(function)
    return attempted(*args, **kwargs)


@contextmanager
def told_failure(key: str) -> Iterator[None]:
    """Put a failure of the block on the run's page in plain words, under the key of the report it has not become."""
    try:
        yield
    except Exception as error:  # told here, handled by Prefect, which marks the run as failed
        happened, *rest = (as_text(line) for line in explain(error).lines())
        page = "\n".join(["# This run failed", "", f"**{happened}**", "", *(f"- {line}" for line in rest)])
        create_markdown_artifact(key=key, markdown=page, description="What went wrong, and what to do")
        raise


def notify(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Send a run's failure through the block that `notify_block` names: a hook for failed and crashed runs.

    Takes blocks with `notify(body, subject)`, as Slack's or mail's, and those with `call(payload)`, as a plain webhook.
    What goes wrong here is in the run's log; the run itself is over.
    """
    parameters = flow_run.parameters or {}
    slug = stated_value("notify_block", parameters.get("settings") or {})
    if not slug:
        return
    subject = f"newsfold: {flow.name} {state.name or state.type.value}".lower()
    body = "\n".join([_told(state), f"run {flow_run.name}", *([_page(flow_run)] if _page(flow_run) else [])])
    send(slug, subject, body)


def send(slug: str, subject: str, body: str) -> None:
    """Send words through a saved block, named `type/name`. Raises ValueError when there is none or it cannot send."""
    from prefect.blocks.abstract import NotificationBlock
    from prefect.blocks.core import Block
    from prefect.utilities.asyncutils import run_coro_as_sync

    block: Any = Block.load(slug)
    answer: Any
    if isinstance(block, NotificationBlock):
        with block.raise_on_failure():
            answer = block.notify(body, subject)
    elif hasattr(block, "call"):
        answer = block.call({"subject": subject, "body": body})
    else:
        raise ValueError(f"notify_block {slug!r} has neither `notify` nor `call`")
    if hasattr(answer, "__await__"):
        run_coro_as_sync(answer)


def _told(state: State[Any]) -> str:
    error = state.result(raise_on_failure=False)
    if isinstance(error, BaseException):
        return "\n".join(explain(error).lines())
    return state.message or "it ended without a word"


def _page(flow_run: FlowRun) -> str:
    from prefect.settings import get_current_settings

    base = get_current_settings().ui_url
    return f"{base}/runs/flow-run/{flow_run.id}" if base else ""


def _has_passing_failure(task: object, run: object, state: Any) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, BaseException) and can_pass(error)
