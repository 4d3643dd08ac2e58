"""`newsfold retry`: rejected documents once more, from where they lay."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, settings_from, told_errors
from transforms.types import Reason


@click.command("retry")
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    type=click.Choice([str(reason) for reason in Reason]),
    help="Only documents rejected for this reason; may be given more than once.",
)
@home_option
@json_option
@click.option("--quiet", "-q", is_flag=True, help="No progress, no summary.")
def command(reasons: tuple[str, ...], home: Path | None, as_json: bool, quiet: bool) -> None:
    """Read the files of rejected documents again, as after an upgrade or with a longer document_seconds.

    What was loaded from them before stays as it is.
    """
    from flows.report import print_report
    from flows.retrying import retry
    from flows.terminal import show_progress

    with (
        told_errors(),
        show_progress(enabled=not quiet and not as_json and sys.stderr.isatty()) as on_progress,
    ):
        report = retry(settings_from(home=home), reasons, on_progress=on_progress)
    print_report(report, as_json_lines=as_json, quiet=quiet)
