"""`newsfold config`: every setting as it counts here, and where it came from."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.commands.options import home_option, json_option


@click.command("config")
@home_option
@json_option
def command(home: Path | None, as_json: bool) -> None:
    """Show the settings as they count here and where each came from: flag, NEWSFOLD_*, newsfold.toml or default.

    \f
    Settings go to stdout, as a table or as JSON. Raises SettingsError.
    """
    from flows.settings.settings import effective_settings
    from flows.terminal_output import make_table, print_table, safe

    found = effective_settings(home=home)
    if as_json:
        record = {each.name: {"value": each.value, "source": each.source} for each in found}
        click.echo(json.dumps(record, default=str, ensure_ascii=False))
        return
    table = make_table("setting", "value", "from", "what it is")
    for each in found:
        value = json.dumps(each.value, ensure_ascii=False, default=str)
        table.add_row(each.name, safe(value.strip('"')), safe(each.source), each.description)
    print_table(table, drop=("from",))
