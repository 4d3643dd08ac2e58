"""`newsfold check`: the promises of the warehouse, each tried and told in words."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from flows.commands.options import DAMAGED, home_option, json_option, settings_from, told_errors


@click.command("check")
@home_option
@json_option
@click.option("--deep", is_flag=True, help="Also read everything back and compare it with what was recorded.")
def command(home: Path | None, as_json: bool, deep: bool) -> None:
    """Prove that counts add up, every story has one canonical article, and nothing is orphaned.

    Exit code 4 when a promise is broken or a file is damaged; `newsfold recover` rebuilds a damaged working file.
    """
    from warehouse.checks import run_checks
    from warehouse.connection import open_working, working_path
    from warehouse.errors import NotPublished
    from warehouse.recovery import REMEDIES, inspect

    with told_errors():
        settings = settings_from(home=home)
        if not working_path(settings.home).exists():
            raise NotPublished(f"there is no warehouse in {settings.home} yet: run `newsfold ingest` first")
        if deep:
            results = inspect(settings.home, wait_seconds=settings.wait_seconds)
        else:
            with open_working(
                settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold check"
            ) as con:
                results = run_checks(con)
    if as_json:
        for result in results:
            click.echo(json.dumps(asdict(result) | {"is_kept": result.is_kept}, default=str))
    else:
        for result in results:
            click.echo(result.describe())
    broken = [result for result in results if not result.is_kept]
    if broken:
        click.echo(f"newsfold: {len(broken)} of {len(results)} promises are broken", err=True)
        for remedy in sorted({REMEDIES[result.name] for result in broken if result.name in REMEDIES}):
            click.echo(f"newsfold: {remedy}", err=True)
        sys.exit(DAMAGED)
    click.echo(f"all {len(results)} promises hold", err=True)
