"""`newsfold retry`: read the files of rejected documents again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.options import (
    home_option,
    json_option,
    log_option,
    map_option,
    parse_field_map,
    settings_from,
)
from flows.commands.watch import report_unsent
from transforms.types import Reason


@click.command("retry")
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    type=click.Choice([str(reason) for reason in Reason]),
    help="Only documents rejected for this reason; may be given more than once.",
)
@click.option(
    "--let-in",
    "let_in",
    multiple=True,
    metavar="SOURCE_REF",
    help="Load a document held back for resembling what was erased (reason resembles_erased); may be repeated.",
)
@map_option
@home_option
@log_option
@json_option
@click.option("--quiet", "-q", is_flag=True, help="No progress, no summary.")
def command(
    reasons: tuple[str, ...],
    let_in: tuple[str, ...],
    field_map: tuple[str, ...],
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Read the files of rejected documents again, as after an upgrade or with a longer document_seconds.

    With --map, files that were read under another map too. What was loaded from them keeps its ids.

    \f
    Reports like `print_report`. Raises what `operations.retry.retry` raises.
    """
    from flows.operations.retry import retry
    from flows.run_report import print_report
    from flows.terminal_output import show_progress

    with show_progress(enabled=not quiet and not as_json and sys.stderr.isatty()) as on_progress:
        settings = settings_from(home=home, field_map=parse_field_map(field_map))
        report = retry(settings, reasons, let_in=let_in, on_progress=on_progress)
    report_unsent(report, settings)
    print_report(report, as_json_lines=as_json, quiet=quiet)
