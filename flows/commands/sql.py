"""`newsfold sql`: run one read-only SQL query on the published file."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import click

from flows.commands.options import home_option, published, raw_option

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
@raw_option
def command(query: str | None, home: Path | None, form: str | None, raw: bool) -> None:
    """Run QUERY (or what comes on stdin) on the published warehouse. Nothing can be changed.

    Start with: newsfold sql "SELECT * FROM stories ORDER BY last_published_at DESC LIMIT 10"

    \f
    Rows go to stdout, as a table, JSON lines or CSV. Raises BadQuery, NotPublished, Damaged.
    """
    from flows.terminal_output import make_table, print_table, safe
    from warehouse.export import write_csv, write_jsonl
    from warehouse.published_queries import run_sql

    if query is None:
        if sys.stdin.isatty():
            raise click.UsageError('a query is needed: newsfold sql "SELECT * FROM stories LIMIT 10"')
        query = sys.stdin.read()
    with published(home) as con:
        result = run_sql(con, query)
        if form == "json":
            write_jsonl(result, sys.stdout, plain=str)
        elif form == "csv":
            write_csv(result, sys.stdout, raw=raw, line_end="\n")
        else:
            rows = result.rows()
            table = make_table(*result.names)
            for row in islice(rows, _TABLE_ROWS):
                table.add_row(*(safe(value) for value in row))
            print_table(table)
            if next(rows, None) is not None:
                click.echo(f"the first {_TABLE_ROWS} rows; --csv and --json print all", err=True)
