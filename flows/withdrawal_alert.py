"""The alert that providers took articles back: sent through a Prefect block at the end of whatever run found it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.run_report import RunReport
    from flows.settings.settings import Settings

_ALERT_LINES = 50

Send = Callable[[str, str, str], None]  # a saved Prefect block, a subject, a text


def alert_withdrawals(report: RunReport, settings: Settings, *, send: Send | None = None) -> str | None:
    """Send the headlines of withdrawn articles, at most 50, through the Prefect block `notify_block`.

    Whoever reprinted such a text has to act, so this does not wait for somebody to read the run's page. Nothing is sent
    where there are none or no block is set. Returns why it could not be sent, else None, and never raises: the run
    itself is done and published. `send` is Prefect's when None; Prefect is loaded only when there is something to send.
    """
    if not (report.withdrawn and settings.notify_block):
        return None
    if send is None:
        from flows.prefect_tasks import send as through_block

        send = through_block
    count = len(report.withdrawn)
    subject = f"newsfold: {count} article{'' if count == 1 else 's'} withdrawn"
    try:
        send(settings.notify_block, subject, "\n".join(report.withdrawn[:_ALERT_LINES]))
    except Exception as error:  # noqa: BLE001 - whatever a block or a server raises
        return f"the alert of a withdrawal was not sent: {error}"
    return None
