"""`newsfold maintain`: the nightly maintenance of the warehouse, by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.options import home_option, log_option, prefect_option, settings_from
from flows.stderr_messages import say
from warehouse.errors import ExitCode


@click.command("maintain")
@home_option
@log_option
@click.option(
    "--keep-text",
    "keep_text_days",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Drop older texts.  [default: keep]",
)
@click.option(
    "--keep-unfolded",
    "keep_unfolded_days",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Remove articles that stayed alone for longer.  [default: keep]",
)
@prefect_option
def command(
    home: Path | None, keep_text_days: int | None, keep_unfolded_days: int | None, prefect: str | None
) -> None:
    """Close dead runs, run all data checks, drop what is past its time, free room, and report what a refold would do.

    The nightly schedule does the same; with PREFECT_API_URL set this is reported to Prefect too. Exit code 4 when a
    data check fails; nothing is dropped then.

    \f
    Reports on stderr. Raises what `maintain_warehouse` raises, and SystemExit (ExitCode.DAMAGED) or, with Prefect,
    ChecksFailedError where a check fails.
    """
    flags: dict[str, object] = {
        "home": home,
        "keep_text_days": keep_text_days,
        "keep_unfolded_days": keep_unfolded_days,
        "prefect": prefect,
    }
    from flows.prefect_support.server_reachable import reports_to_prefect

    settings = settings_from(**flags)
    if reports_to_prefect(settings.prefect):
        _report(flags)
        return
    from flows.operations.maintenance import maintain_warehouse

    done = maintain_warehouse(settings)
    for line in done.lines():
        say(line, prefix="")
    if done.broken:
        sys.exit(ExitCode.DAMAGED)


def _report(flags: dict[str, object]) -> None:
    from flows.prefect_support.temporary_server import start_server

    wait_for_server = start_server()
    from flows.maintain import maintain
    from flows.settings.parameters import RunSettings

    if wait_for_server is not None:
        wait_for_server()
    given = {
        name: str(value) if name == "home" else value for name, value in flags.items() if value is not None
    }
    count = maintain(settings=RunSettings(**given))
    say(f"all {count} data checks pass", prefix="")
