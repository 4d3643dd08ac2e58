"""`newsfold maintain`: the nightly look after the warehouse, by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.options import DAMAGED, home_option, told_errors


@click.command("maintain")
@home_option
def command(home: Path | None) -> None:
    """Try every promise of the warehouse as the nightly flow does, and report it to Prefect."""
    from flows.maintain import BrokenPromisesError, maintain

    with told_errors():
        try:
            count = maintain(home=str(home) if home else None)
        except BrokenPromisesError as error:
            click.echo(f"newsfold: {error}", err=True)
            sys.exit(DAMAGED)
    click.echo(f"all {count} promises hold", err=True)
