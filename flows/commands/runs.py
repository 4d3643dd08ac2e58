"""`newsfold runs`: what each run did with its documents."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, settings_from


@click.command("runs")
@home_option
@json_option
@click.option(
    "--limit", "-n", default=20, show_default=True, type=click.IntRange(1), help="At most this many."
)
def command(home: Path | None, as_json: bool, limit: int) -> None:
    """List runs, the latest first: files → documents → articles → stories, and every drop by reason.

    While a run is at work, those before it are listed.

    \f
    Runs go to stdout, as a table or a JSON object a line. Raises what `latest_runs` raises.
    """
    from flows.terminal_output import make_table, print_table, safe
    from warehouse.latest_runs import latest_runs

    rows = latest_runs(settings_from(home=home).home, limit=limit)
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row), default=str, ensure_ascii=False))
        return
    numbers = ("files", "documents", "articles", "stories", "seconds")
    table = make_table("run", "status", *numbers, "what became of the documents", right=numbers)
    for row in rows:
        seconds = (row.finished_at - row.started_at).total_seconds() if row.finished_at else None
        outcome = ", ".join(f"{count:,} {name}" for name, count in sorted((row.dispositions or {}).items()))
        reasons = ", ".join(f"{count:,} {name}" for name, count in sorted((row.reasons or {}).items()))
        table.add_row(
            row.run_id,
            row.status,
            safe(row.files),
            safe(row.documents),
            f"+{row.articles_new or 0}",
            f"+{row.stories_new or 0}",
            "" if seconds is None else f"{seconds:.1f}",
            safe(row.message or (f"{outcome} ({reasons})" if reasons else outcome)),
        )
    print_table(table, drop=("files", "seconds", "stories", "articles"))
