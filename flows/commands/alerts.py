"""`newsfold alerts`: have the Prefect server report what no run can report itself."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.options import home_option, settings_from


@click.command("alerts")
@home_option
def command(home: Path | None) -> None:
    """Have the Prefect server end runs that died, and report when no run succeeds.

    Call it once after `prefect deploy`, and again when notify_block or quiet_hours changes; `newsfold serve` does so
    by itself. PREFECT_API_URL names the server.

    \f
    What is installed goes to stdout, a line each. Raises ServiceError where the server does not answer, and what
    `install_alerts` raises.
    """
    import os

    from flows.errors import ServiceError
    from flows.prefect_support.server_reachable import answers, hide_credentials, shown

    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        raise click.UsageError(
            "PREFECT_API_URL is not set: alerts belong to a server; `newsfold serve` has its own"
        )
    line = f"the Prefect server at {shown(url)} does not answer"
    if not answers(url):
        raise ServiceError(line)
    hide_credentials()
    from flows.prefect_support.alerts import install_alerts

    for line in install_alerts(settings_from(home=home)):
        click.echo(line)
