"""Have the Prefect server report what no run can report itself: that it died, and that no run succeeds any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flows.prefect_tasks import END_EVENT, TAG_RESOURCE
from warehouse.errors import NewsfoldError

if TYPE_CHECKING:
    from uuid import UUID

    from flows.settings.settings import Settings

# A run sends a sign of life so often: the shortest that Prefect allows.
HEARTBEAT_SECONDS = 30
# After so long without one a run is dead: two may be late or lost, and all in all it takes less than two minutes.
_MISSING_SECONDS = 75
# Prefect's own event of an end, and ours beside it (`report_end`).
_SUCCESS = {"prefect.flow-run.Completed", f"{END_EVENT}completed"}
_FAILURE = {
    *(f"prefect.flow-run.{state}" for state in ("Failed", "Cancelled", "Crashed")),
    *(f"{END_EVENT}{state}" for state in ("failed", "crashed")),
}
DEAD, DEAD_REPORT, SILENT = "newsfold: dead runs", "newsfold: report of dead runs", "newsfold: silence"


class NoSuchBlockError(NewsfoldError):
    """The block of `notify_block` is not on this Prefect server."""

    advice = "save it there (`prefect block create`), or correct the setting notify_block"


def install_alerts(settings: Settings, *, missing_seconds: float = _MISSING_SECONDS) -> list[str]:
    """Install the automations on the Prefect server, in place of earlier ones; return what is installed, in words.

    A run of a newsfold deployment that sends no heartbeat for `missing_seconds` becomes Crashed, which frees its place
    in the limit of concurrent runs; a message is sent through `notify_block` where its state was really changed, and
    not where the run had ended. When no run succeeds for `quiet_hours` (0: never), one is sent too. Without a block
    none is. What an earlier call installed for that is removed when it is not asked for any more. Raises
    NoSuchBlockError; errors of Prefect are raised where the server does not answer.
    """
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import EventTrigger, Posture

    match: dict[str, Any] = {
        "match": {"prefect.resource.id": "prefect.flow-run.*"},
        "match_related": TAG_RESOURCE,
        "posture": Posture.Proactive,
    }
    beat = "prefect.flow-run.heartbeat"
    dead = EventTrigger(
        after={beat},
        expect={beat, *_SUCCESS, *_FAILURE},
        for_each={"prefect.resource.id"},
        within=timedelta(seconds=missing_seconds),
        **match,
    )
    crashed = ChangeFlowRunState(
        name=None,
        state=StateType.CRASHED,
        message="it sent no sign of life: its process or its machine died",
        force=False,  # only then is its place given back
    )
    send = _send_actions(
        settings, "newsfold: a run died", "A run ended without a word. The next one goes on from there."
    )
    automation = _put(DEAD, dead, [crashed])
    if send:
        was_changed = EventTrigger(
            expect={"prefect.automation.action.executed"},
            match={"prefect.resource.id": f"prefect.automation.{automation}"},
            posture=Posture.Reactive,
            threshold=1,
        )
        _put(DEAD_REPORT, was_changed, send)
    else:
        _remove(DEAD_REPORT)
    if not (send and settings.quiet_hours):
        _remove(SILENT)
    lines = [f"a run that sends no sign of life for {missing_seconds:g} s becomes Crashed"]
    if not send:
        return [*lines, "no message is sent: the setting notify_block is empty"]
    lines[0] += f", and a message goes through {settings.notify_block}"
    if settings.quiet_hours:
        silent = EventTrigger(expect=_SUCCESS, within=timedelta(hours=settings.quiet_hours), **match)
        words = f"No run succeeded for {settings.quiet_hours:g} hours. What to do: see `newsfold doctor`."
        _put(SILENT, silent, _send_actions(settings, "newsfold: nothing succeeds", words))
        lines.append(f"when no run succeeds for {settings.quiet_hours:g} hours, another one does")
    return lines


def _send_actions(settings: Settings, subject: str, body: str) -> list[Any]:
    """Return the action that sends a message through `notify_block`; none where it is empty."""
    import json

    from prefect.blocks.abstract import NotificationBlock
    from prefect.blocks.core import Block
    from prefect.events.actions import CallWebhook, SendNotification

    if not settings.notify_block:
        return []
    try:
        block: Any = Block.load(settings.notify_block)
    except ValueError as error:
        raise NoSuchBlockError(
            f"there is no block {settings.notify_block!r} on this Prefect server"
        ) from error
    number = block._block_document_id
    if isinstance(block, NotificationBlock):
        return [SendNotification(block_document_id=number, subject=subject, body=body)]
    return [CallWebhook(block_document_id=number, payload=json.dumps({"subject": subject, "body": body}))]


def _put(name: str, trigger: Any, actions: list[Any]) -> UUID:
    """Create an automation of this name, without those that had it before; return its id on the server."""
    from prefect.client.orchestration import get_client
    from prefect.events.schemas.automations import AutomationCore

    _remove(name)
    automation = AutomationCore(
        name=name,
        description="Installed by `newsfold alerts` and `newsfold serve`; both put it in place anew.",
        trigger=trigger,
        actions=actions,
    )
    with get_client(sync_client=True) as client:
        return client.create_automation(automation)


def _remove(name: str) -> None:
    """Delete the automations of this name; nothing where there are none."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        for old in client.read_automations_by_name(name):
            client.delete_automation(old.id)
