"""`newsfold ingest`: the whole way, from files to the published warehouse."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, settings_from, told_errors


@click.command("ingest")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@home_option
@json_option
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Cleaning processes.  [default: one a processor]"
)
@click.option("--strict", is_flag=True, help="Exit with code 1 when a document was rejected.")
@click.option("--follow-links", is_flag=True, default=None, help="Follow symbolic links inside folders.")
@click.option(
    "--map",
    "field_map",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Name a field of JSON, CSV or Parquet records, as in --map text=body_html.",
)
@click.option(
    "--prefect",
    type=click.Choice(["auto", "always", "never"]),
    help="Report the run to a Prefect server.  [default: auto, when PREFECT_API_URL is set]",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress, no summary.")
def command(
    paths: tuple[Path, ...],
    home: Path | None,
    as_json: bool,
    workers: int | None,
    strict: bool,
    follow_links: bool | None,
    field_map: tuple[str, ...],
    prefect: str | None,
    quiet: bool,
) -> int:
    """Fold PATHS (files, folders, patterns; the inbox when none is given) into stories.

    Formats are told from the content: HTML, text, JSON and JSONL, CSV, Parquet, RSS/Atom/RDF, WARC, EML, NewsML-G2,
    NITF, ninjs, PDF, and any of them in gzip, zstd, bzip2, xz, zip or tar.
    """
    from flows.report import print_report
    from flows.terminal import show_progress

    flags = {
        "home": home,
        "workers": workers,
        "follow_links": follow_links,
        "prefect": prefect,
        "field_map": _field_map(field_map),
    }
    with told_errors():
        settings = settings_from(**flags)
        if settings.prefect == "always" or (settings.prefect == "auto" and os.environ.get("PREFECT_API_URL")):
            from flows.ingest import ingest

            given = {name: value for name, value in flags.items() if value is not None}
            report = ingest(paths=[str(path) for path in paths] or None, settings=given)
        else:
            from flows.pipeline import fold_files

            with show_progress(enabled=not quiet and sys.stderr.isatty()) as on_progress:
                report = fold_files(
                    list(paths) or [settings.inbox],
                    settings,
                    settle_seconds=0.0 if paths else settings.settle_seconds,
                    on_progress=on_progress,
                )
    print_report(report, as_json_lines=as_json, quiet=quiet)
    return 1 if strict and report.dispositions["rejected"] else 0


def _field_map(pairs: tuple[str, ...]) -> dict[str, str] | None:
    chosen: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise click.UsageError(f"--map takes OURS=THEIRS, as in --map text=body_html, not {pair!r}")
        chosen[ours] = theirs
    return chosen or None
