"""`newsfold serve`: a schedule for one machine, no Prefect worker needed."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.options import home_option, settings_from


@click.command("serve")
@click.option("--cron", default="*/15 * * * *", show_default=True, help="When to fold the inbox.")
@click.option("--nightly", default="20 3 * * *", show_default=True, help="When to look after the warehouse.")
@click.option("--timezone", default="UTC", show_default=True, help="The zone of both, as in Europe/Lisbon.")
@click.option(
    "--inbox",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to read.  [default: ./inbox, or NEWSFOLD_INBOX]",
)
@home_option
@click.option(
    "--port",
    default=4200,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Of the Prefect server on this machine's loopback; none is started when PREFECT_API_URL is set.",
)
def command(cron: str, nightly: str, timezone: str, inbox: Path | None, home: Path | None, port: int) -> None:
    """Fold the inbox on a schedule until stopped (Ctrl-C or SIGTERM; a run that is cut off loses nothing)."""
    from flows.serving import ServeError, serve

    settings = settings_from(home=home, inbox=inbox)
    click.echo(f"newsfold: folding {settings.inbox} into {settings.home} by {cron!r} {timezone}", err=True)
    try:
        serve(
            cron=cron, nightly=nightly, timezone=timezone, inbox=settings.inbox, home=settings.home, port=port
        )
    except ServeError as error:
        raise click.UsageError(str(error)) from error
