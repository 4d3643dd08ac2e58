"""`newsfold ingest`: options in, a run of `flows.pipeline` out, or of the flow of `flows.ingest` under Prefect."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from flows.commands.options import (
    InputPlace,
    home_option,
    json_option,
    log_option,
    map_option,
    parse_field_map,
    prefect_option,
    settings_from,
)
from flows.commands.watch import report_unsent, report_watches

if TYPE_CHECKING:
    from flows.settings.settings import Settings
    from warehouse.object_store import Place


@click.command("ingest")
@click.argument("paths", nargs=-1, type=InputPlace())
@home_option
@log_option
@json_option
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Cleaning processes.  [default: one a processor]"
)
@click.option(
    "--engine",
    metavar="ADDRESS",
    help="Where files are cleaned: local, or dask://HOST:PORT.  [default: local]",
)
@click.option("--strict", is_flag=True, help="Exit with code 1 when a document was rejected.")
@click.option("--follow-links", is_flag=True, default=None, help="Follow symbolic links inside folders.")
@map_option
@click.option(
    "--dry-run", is_flag=True, help="Read a sample, print which field went where, and write nothing."
)
@click.option(
    "--again",
    is_flag=True,
    help="Read files again that are as they were, as after an upgrade or with a corrected --map.",
)
@prefect_option
@click.option("--quiet", "-q", is_flag=True, help="No progress, no summary.")
def command(
    paths: tuple[Place, ...],
    home: Path | None,
    as_json: bool,
    workers: int | None,
    engine: str | None,
    strict: bool,
    follow_links: bool | None,
    field_map: tuple[str, ...],
    again: bool,
    dry_run: bool,
    prefect: str | None,
    quiet: bool,
) -> int:
    """Fold PATHS (files, folders, patterns; the inbox when none is given) into stories.

    s3://, gs:// and az:// addresses are read from buckets, `-` from standard input; *.paths files list others.
    Formats are recognised by the content: HTML, text, JSON and JSONL, CSV, Parquet, RSS/Atom/RDF, WARC, EML, NewsML-G2,
    NITF, ninjs, PDF, and any of them in gzip, zstd, bzip2, xz, zip or tar.

    \f
    Reports like `print_report`; returns the exit code, 1 under --strict where documents were rejected. Raises what
    `fold_files` raises.
    """
    from flows.prefect_support.server_reachable import reports_to_prefect
    from flows.run_report import print_report
    from flows.terminal_output import show_progress

    flags = {
        "home": home,
        "workers": workers,
        "engine": engine,
        "follow_links": follow_links,
        "prefect": prefect,
        "field_map": parse_field_map(field_map),
    }
    settings = settings_from(**flags)
    with _standard_input_kept(paths, settings, is_read_only=dry_run, again=again) as inputs:
        if dry_run:
            return _survey(inputs or [settings.inbox], settings, as_json=as_json)
        _carry_out_decisions(settings)
        if again:
            from flows.operations.retry import forget_reading

            forget_reading(settings, inputs or [settings.inbox])
        if reports_to_prefect(settings.prefect):
            from flows.prefect_support.temporary_server import start_server

            wait_for_server = start_server()
            from flows.fold.preloading import load_packages
            from flows.intake.cleaning_engine import start_ahead

            start_ahead(settings)
            from flows.ingest import ingest
            from flows.settings.parameters import RunSettings

            given = {name: value for name, value in flags.items() if value is not None}
            if wait_for_server is not None:
                load_packages()
                wait_for_server()
            report = ingest(paths=[str(path) for path in inputs] or None, settings=RunSettings(**given))
        else:
            from flows.pipeline import fold_files

            with show_progress(enabled=not quiet and sys.stderr.isatty()) as on_progress:
                report = fold_files(
                    inputs or [settings.inbox],
                    settings,
                    settle_seconds=0.0 if inputs else settings.settle_seconds,
                    on_progress=on_progress,
                )
            report_unsent(report, settings)
    print_report(report, as_json_lines=as_json, quiet=quiet)
    report_watches(settings)
    return 1 if strict and report.dispositions["rejected"] else 0


@contextmanager
def _standard_input_kept(
    paths: tuple[Place, ...], settings: Settings, *, is_read_only: bool, again: bool
) -> Iterator[list[Place]]:
    """Have a copy stand for `-` during the run: files are read more than once."""
    if Path("-") not in paths:
        yield list(paths)
        return
    if again:
        raise click.UsageError("--again reads files again; what is piped in is read whenever it comes")
    from flows.intake.standard_input import standard_input_kept
    from warehouse.connection import prepare_home, spool_path

    with TemporaryDirectory() as aside:
        if not is_read_only:
            prepare_home(settings.home, mode=int(settings.home_mode, 8))
        spool = Path(aside) if is_read_only else spool_path(settings.home)
        with standard_input_kept(paths, spool, sys.stdin.buffer) as inputs:
            yield inputs


def _survey(paths: list[Place], settings: Settings, *, as_json: bool) -> int:
    """Print for each source which of its fields would go where; the warehouse is not opened."""
    import json
    import time

    from flows.intake.discover import FoundFile, discover
    from flows.intake.dry_run_survey import survey, survey_lines, survey_record
    from flows.pipeline import read_options
    from flows.recorded_run import utc_now
    from flows.terminal_output import safe
    from warehouse.connection import WORKING_NAME

    found = list(
        discover(paths, now=time.time(), follow_links=settings.follow_links, home_files=(WORKING_NAME,))
    )
    files = [one for one in found if isinstance(one, FoundFile)]
    for result in survey(files, read_options(settings), utc_now()):
        if as_json:
            click.echo(json.dumps(survey_record(result), ensure_ascii=False))
        else:
            click.echo("\n".join(safe(line) for line in survey_lines(result)) + "\n")
    for other in found:
        if not isinstance(other, FoundFile) and not as_json:
            click.echo(safe(f"{other.source_ref}\n  {other.disposition}, {other.reason}: {other.detail}"))
    return 0


def _carry_out_decisions(settings: Settings) -> None:
    """Carry out what was decided while another run held the warehouse."""
    from flows.operations.decision_journal import carry_out, pending
    from flows.stderr_messages import say
    from flows.terminal_output import safe

    for outcome in carry_out(settings) if pending(settings.home) else ():
        say(safe(f"{'refused: ' if outcome.is_refused else ''}{outcome.sentence}"))
