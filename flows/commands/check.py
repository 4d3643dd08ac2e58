"""`newsfold check`: the data checks of the warehouse, each with its result."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, settings_from
from warehouse.errors import ExitCode


@click.command("check")
@home_option
@json_option
@click.option("--deep", is_flag=True, help="Also read everything back and compare it with what was recorded.")
@click.option(
    "--files",
    is_flag=True,
    help="Also count the records of every file that is still there, apart from the readers.",
)
def command(home: Path | None, as_json: bool, deep: bool, files: bool) -> None:
    """Prove that counts add up, every story has one canonical article, and nothing is orphaned.

    Exit code 4 when a data check fails or a file is damaged; `newsfold recover` rebuilds a damaged working file.

    \f
    Results go to stdout, as lines or a JSON object a line. Raises NotPublished where there is no warehouse,
    Busy, NewerSchema, and SystemExit (ExitCode.DAMAGED) where a check fails.
    """
    from warehouse.checks import run_checks
    from warehouse.connection import open_working, working_path
    from warehouse.errors import NotPublished
    from warehouse.recovery import REMEDIES, examine_as_reader, inspect

    settings = settings_from(home=home)
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet")
    if deep:
        results = inspect(settings.home, wait_seconds=settings.wait_seconds)
    else:
        with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold check") as con:
            results = [*run_checks(con), *examine_as_reader(settings.home)]
    if files:
        from flows.operations.independent_record_count import count_files

        with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold check") as con:
            results.append(count_files(con))
    if as_json:
        for result in results:
            click.echo(json.dumps(asdict(result) | {"passes": result.passes}, default=str))
    else:
        for result in results:
            click.echo(result.describe())
    broken = [result for result in results if not result.passes]
    if broken:
        click.echo(f"newsfold: {len(broken)} of {len(results)} data checks failed", err=True)
        for remedy in sorted({REMEDIES[result.name] for result in broken if result.name in REMEDIES}):
            click.echo(f"newsfold: {remedy}", err=True)
        sys.exit(ExitCode.DAMAGED)
    click.echo(f"all {len(results)} data checks pass", err=True)
