"""`newsfold export`: articles, stories and feeds for other programs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.options import LocalPath, home_option, published, raw_option

_FEEDS = ("rss", "atom", "json-feed")


@click.command("export")
@click.argument("form", type=click.Choice(["parquet", "jsonl", "csv", *_FEEDS]))
@click.argument("target", type=LocalPath(), required=False)
@home_option
@click.option(
    "--table",
    default="stories",
    show_default=True,
    help="What to write as jsonl or csv: any published table.",
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="Stories in a feed.")
@click.option(
    "--min-articles",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Only stories this big, in a feed.",
)
@raw_option
@click.option("--title", default="newsfold", show_default=True, help="Title of a feed.")
@click.option("--link", default="http://localhost/", show_default=True, help="Address of a feed.")
def command(
    form: str,
    target: Path | None,
    home: Path | None,
    table: str,
    limit: int,
    min_articles: int,
    raw: bool,
    title: str,
    link: str,
) -> None:
    """Write FORM to TARGET (to stdout when none is given).

    parquet: all articles into the folder TARGET, one part a day. jsonl, csv: one table; text that a spreadsheet would
    run is made harmless in CSV. rss, atom, json-feed: the latest stories.

    \f
    Raises BadQuery for an unknown table, NotPublished, Damaged, and UsageError where TARGET cannot be written.
    """
    from flows.operations.story_feeds import write_feed
    from warehouse.export import export_table, write_parquet
    from warehouse.web_addresses import web_address

    if form == "parquet" and target is None:
        raise click.UsageError("parquet goes into a folder: newsfold export parquet FOLDER")
    if web_address(link) is None:
        raise click.UsageError(f"--link takes an address of the web, not {link!r}")
    with published(home) as con:
        try:
            if form == "parquet" and target is not None:
                rows = write_parquet(con, target)
                click.echo(f"{rows:,} articles written into {target}", err=True)
            elif form in _FEEDS:
                feed = write_feed(con, form, limit=limit, min_articles=min_articles, title=title, link=link)
                if target is None:
                    sys.stdout.buffer.write(feed)
                else:
                    target.write_bytes(feed)
            elif target is None:
                export_table(con, table, form, sys.stdout, raw=raw)
            else:
                with target.open("w", encoding="utf-8", newline="") as out:
                    export_table(con, table, form, out, raw=raw)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise click.UsageError(f"cannot write {target}: {error.strerror}") from error
