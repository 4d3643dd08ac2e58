"""`newsfold refold`: group everything again, or show what another threshold would change."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import home_option, json_option, settings_from

if TYPE_CHECKING:
    from flows.fold.refold import RefoldReport


@click.command("refold")
@click.option("--dry-run", is_flag=True, help="Tell what would merge and split, and change nothing.")
@click.option("--threshold", type=float, metavar="SCORE", help="Try another threshold; only with --dry-run.")
@home_option
@json_option
def command(dry_run: bool, threshold: float | None, home: Path | None, as_json: bool) -> None:
    """Group all articles again, as after an upgrade that brought other models; story ids are carried over.

    Stored links are all it takes while the models are the same: with --dry-run --threshold SCORE it shows within
    seconds which stories another threshold would merge and split.

    \f
    The report goes to stdout. Raises what `fold.refold.refold` raises.
    """
    from flows.fold.refold import refold

    report = refold(settings_from(home=home), threshold=threshold, dry_run=dry_run)
    if as_json:
        changes = [asdict(change) | {"kind": change.kind} for change in report.changes]
        click.echo(json.dumps(asdict(report) | {"changes": changes}, ensure_ascii=False))
        return
    if report.changes:
        _print(report)
    click.echo(report.describe(), err=True)


def _print(report: RefoldReport) -> None:
    from flows.terminal_output import make_table, print_table, safe

    table = make_table("change", "when", "story", "articles", "title", right=("articles",))
    for change in report.changes:
        for when, parts in (("before", change.before), ("after", change.after)):
            for part in parts:
                table.add_row(change.kind, when, part.story_id or "", f"{part.articles:,}", safe(part.title))
        table.add_section()
    print_table(table, drop=("when",))
