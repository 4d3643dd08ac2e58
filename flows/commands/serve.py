"""`newsfold serve`: a schedule for one machine, no Prefect worker needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import InputPlace, home_option, log_option, settings_from

if TYPE_CHECKING:
    from warehouse.object_store import Place


@click.command("serve")
@click.option("--cron", default="*/15 * * * *", show_default=True, help="When to fold the inbox.")
@click.option(
    "--interval",
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="Fold every so often instead of by --cron.",
)
@click.option("--nightly", default="20 3 * * *", show_default=True, help="When to maintain the warehouse.")
@click.option("--timezone", default="UTC", show_default=True, help="The zone of both, as in Europe/Lisbon.")
@click.option(
    "--inbox",
    type=InputPlace(),
    help="Folder or address of a bucket to read.  [default: ./inbox, or NEWSFOLD_INBOX]",
)
@home_option
@log_option
@click.option(
    "--port",
    default=4200,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Of the Prefect server on this machine's loopback; none is started when PREFECT_API_URL is set.",
)
def command(
    cron: str,
    interval: float | None,
    nightly: str,
    timezone: str,
    inbox: Place | None,
    home: Path | None,
    port: int,
) -> None:
    """Fold the inbox on a schedule until stopped (Ctrl-C or SIGTERM; a run that is cut off loses nothing).

    \f
    Messages go to stderr. Raises what `prefect_support.serve.serve` raises, SettingsError.
    """
    from flows.prefect_support.serve import serve
    from flows.stderr_messages import say

    settings = settings_from(home=home, inbox=inbox)
    when = f"every {interval:g} s" if interval else f"by {cron!r} {timezone}"
    say(f"folding {settings.inbox} into {settings.home} {when}")
    serve(
        interval=interval,
        cron=cron,
        nightly=nightly,
        timezone=timezone,
        inbox=settings.inbox,
        home=settings.home,
        port=port,
    )
