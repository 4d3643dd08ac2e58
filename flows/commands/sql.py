"""`newsfold sql`: any question to the published warehouse, read-only."""

from __future__ import annotations

import csv
import json
import sys
from itertools import islice
from pathlib import Path

import click

from flows.commands.options import home_option, published, told_errors

# Rows shown in a table; the machine formats print all.
_TABLE_ROWS = 200


class _Commented(click.Command):
    """Takes a query that begins with a comment (`-- like this`) for what it is, not for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(
            ctx, [f" {one}" if one[:2] == "--" and one[2:3].isspace() else one for one in args]
        )


@click.command("sql", cls=_Commented)
@click.argument("query", required=False)
@home_option
@click.option("--json", "form", flag_value="json", help="Print one JSON object a row.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV with a header.")
def command(query: str | None, home: Path | None, form: str | None) -> None:
    """Run QUERY (or what comes on stdin) on the published warehouse. Nothing can be changed.

    Start with: newsfold sql "SELECT * FROM stories ORDER BY last_published_at DESC LIMIT 10"
    """
    from flows.terminal import make_console, make_table, safe
    from warehouse.queries import run_sql

    if query is None:
        if sys.stdin.isatty():
            raise click.UsageError('a query is needed: newsfold sql "SELECT * FROM stories LIMIT 10"')
        query = sys.stdin.read()
    with told_errors(), published(home) as con:
        result = run_sql(con, query)
        if form == "json":
            for row in result.rows():
                click.echo(
                    json.dumps(dict(zip(result.names, row, strict=True)), default=str, ensure_ascii=False)
                )
        elif form == "csv":
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(result.names)
            writer.writerows(result.rows())
        else:
            rows = result.rows()
            table = make_table(*result.names)
            for row in islice(rows, _TABLE_ROWS):
                table.add_row(*(safe(value) for value in row))
            make_console().print(table)
            if next(rows, None) is not None:
                click.echo(f"the first {_TABLE_ROWS} rows; --csv and --json print all", err=True)
