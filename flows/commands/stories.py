"""`newsfold stories`: list stories, or search them by words."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import home_option, json_option, published

if TYPE_CHECKING:
    from warehouse.row_types import StoryRow


@click.command("stories")
@click.argument("words", nargs=-1)
@home_option
@json_option
@click.option(
    "--limit", "-n", default=50, show_default=True, type=click.IntRange(1), help="At most this many."
)
@click.option("--since", type=click.DateTime(), help="Last reported at or after this time.")
@click.option("--until", type=click.DateTime(), help="Last reported before this time.")
@click.option("--publisher", help="With a report by this publisher.")
@click.option("--language", help="In this language, as in en or zh.")
@click.option(
    "--min-articles",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="With at least this many articles.",
)
def command(
    words: tuple[str, ...],
    home: Path | None,
    as_json: bool,
    limit: int,
    since: datetime | None,
    until: datetime | None,
    publisher: str | None,
    language: str | None,
    min_articles: int,
) -> None:
    """List stories, newest first; with WORDS those whose reports have all of them, the best first.

    Quotes make a phrase, -WORD leaves out (after --), OR joins alternatives.

    \f
    Stories go to stdout, as a table or a JSON object a line. Raises NotPublished, Damaged.
    """
    from flows.terminal_output import make_table, print_table, safe
    from warehouse.published_queries import StoryConditions, list_stories, search_stories

    conditions: StoryConditions = {
        "since": since,
        "until": until,
        "publisher": publisher,
        "language": language,
        "min_articles": min_articles,
    }
    with published(home) as con:
        if words:
            rows = search_stories(con, " ".join(words), limit=limit, **conditions)
        else:
            rows = list_stories(con, limit=limit, **conditions)
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row), default=str, ensure_ascii=False))
        return
    counts = ("articles", "outlets", "independent")
    if not rows and not words:
        click.echo("no stories yet; fold some files with `newsfold ingest PATH`", err=True)
        return
    table = make_table("story", "last report", *counts, "lang", "newest headline", right=counts)
    for row in rows:
        table.add_row(
            row.story_id,
            safe(row.last_published_at),
            str(row.article_count),
            str(row.publisher_count),
            str(row.independent_count),
            row.language,
            safe(_headlines(row)),
        )
    print_table(table, drop=("lang", "outlets", "articles", "last report"))
    if len(rows) == limit:
        click.echo(f"the first {limit}; --limit shows more", err=True)


def _headlines(row: StoryRow) -> str:
    """Return the headline of the newest full report, and below it the canonical article's where that is another one."""
    newest = row.latest_title or row.title
    return newest if newest == row.title else f"{newest}\n(canonical: {row.title})"
