"""`newsfold stories`: the list a newcomer looks at first."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, published, told_errors


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
    """List stories, newest first; with WORDS those that have all of them."""
    from flows.terminal import make_console, make_table, safe
    from warehouse.queries import list_stories, search_stories

    with told_errors(), published(home) as con:
        if words:
            rows = search_stories(con, " ".join(words), limit=limit)
        else:
            rows = list_stories(
                con,
                limit=limit,
                since=since,
                until=until,
                publisher=publisher,
                language=language,
                min_articles=min_articles,
            )
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row), default=str, ensure_ascii=False))
        return
    table = make_table(
        "story", "last report", "articles", "outlets", "lang", "title", right=("articles", "outlets")
    )
    for row in rows:
        table.add_row(
            row.story_id,
            safe(row.last_published_at),
            str(row.article_count),
            str(row.independent_count),
            row.language,
            safe(row.title),
        )
    make_console().print(table)
    if len(rows) == limit:
        click.echo(f"the newest {limit}; --limit shows more", err=True)
