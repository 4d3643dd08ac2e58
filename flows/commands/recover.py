"""`newsfold recover`: rebuild a damaged working file from the last published one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import InputPlace, home_option, json_option, settings_from

if TYPE_CHECKING:
    from warehouse.object_store import Place


@click.command("recover")
@click.argument("inputs", nargs=-1, type=InputPlace())
@home_option
@json_option
def command(inputs: tuple[Place, ...], home: Path | None, as_json: bool) -> None:
    """Rebuild a damaged working file from the last published one, then read INPUTS for what came after it.

    The damaged file is set aside, not deleted. `newsfold check --deep` shows whether this is needed.

    \f
    Reports on stderr, as JSON on stdout. Raises what `operations.recover.recover` raises.
    """
    from flows.operations.recover import recover
    from flows.run_report import as_json as report_as_json
    from flows.run_report import in_words

    recovered = recover(settings_from(home=home), inputs)
    if as_json:
        ingested = report_as_json(recovered.ingested) if recovered.ingested else None
        click.echo(
            json.dumps(
                {"aside": str(recovered.aside), "run_id": recovered.refolded.run_id, "ingested": ingested}
            )
        )
        return
    click.echo(
        f"recovered: {recovered.refolded.describe()}; the damaged file, if there was one, is {recovered.aside}",
        err=True,
    )
    for line in (
        in_words(recovered.ingested)
        if recovered.ingested
        else ["read your inputs again: newsfold ingest PATH"]
    ):
        click.echo(line, err=True)
