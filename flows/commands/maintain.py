"""`newsfold maintain`: the nightly look after the warehouse, by hand."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from flows.commands.options import DAMAGED, home_option, settings_from, told_errors


@click.command("maintain")
@home_option
@click.option(
    "--keep-text",
    "keep_text_days",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Drop older texts.  [default: keep]",
)
@click.option(
    "--keep-unfolded",
    "keep_unfolded_days",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Remove articles that stayed alone for longer.  [default: keep]",
)
@click.option(
    "--prefect",
    type=click.Choice(["auto", "always", "never"]),
    help="Report the run to a Prefect server.  [default: auto, when PREFECT_API_URL is set]",
)
def command(
    home: Path | None, keep_text_days: int | None, keep_unfolded_days: int | None, prefect: str | None
) -> None:
    """Close dead runs, try every promise, drop what is past its time, give back room, and tell what a refold would do.

    The nightly schedule does the same; with PREFECT_API_URL set this is reported to Prefect too.
    """
    flags: dict[str, object] = {
        "home": home,
        "keep_text_days": keep_text_days,
        "keep_unfolded_days": keep_unfolded_days,
        "prefect": prefect,
    }
    with told_errors():
        settings = settings_from(**flags)
        if settings.prefect == "always" or (settings.prefect == "auto" and os.environ.get("PREFECT_API_URL")):
            _report(flags)
            return
        from flows.tending import tend

        told = tend(settings)
    for line in told.lines():
        click.echo(line, err=True)
    if told.broken:
        sys.exit(DAMAGED)


def _report(flags: dict[str, object]) -> None:
    from flows.maintain import BrokenPromisesError, maintain

    given = {
        name: str(value) if name == "home" else value for name, value in flags.items() if value is not None
    }
    try:
        count = maintain(settings=given)
    except BrokenPromisesError as error:
        click.echo(f"newsfold: {error}", err=True)
        sys.exit(DAMAGED)
    click.echo(f"all {count} promises hold", err=True)
