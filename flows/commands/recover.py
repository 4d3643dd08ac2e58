"""`newsfold recover`: over a damaged working file, from the last published one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, settings_from, told_errors


@click.command("recover")
@click.argument("inputs", nargs=-1, type=click.Path(path_type=Path))
@home_option
@json_option
def command(inputs: tuple[Path, ...], home: Path | None, as_json: bool) -> None:
    """Rebuild a damaged working file from the last published one, then read INPUTS for what came after it.

    The damaged file is set aside, not deleted. `newsfold check --deep` tells whether this is needed.
    """
    from flows.recovering import recover
    from flows.report import as_json as report_as_json
    from flows.report import in_words

    with told_errors():
        told = recover(settings_from(home=home), inputs)
    if as_json:
        ingested = report_as_json(told.ingested) if told.ingested else None
        click.echo(
            json.dumps({"aside": str(told.aside), "run_id": told.refolded.run_id, "ingested": ingested})
        )
        return
    click.echo(
        f"recovered: {told.refolded.describe()}; the damaged file, if there was one, is {told.aside}",
        err=True,
    )
    for line in (
        in_words(told.ingested) if told.ingested else ["read your inputs again: newsfold ingest PATH"]
    ):
        click.echo(line, err=True)
