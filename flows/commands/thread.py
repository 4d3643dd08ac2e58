"""`newsfold thread`: stories that follow up one another, or report one event in other languages, in order."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, published


@click.command("thread")
@click.argument("thread", required=False)
@home_option
@json_option
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Threads to list.")
def command(thread: str | None, home: Path | None, as_json: bool, limit: int) -> None:
    """List threads, or the stories of THREAD (its id, or that of a story in it), in order.

    \f
    Rows go to stdout, as lines or a JSON object a line. Raises InvalidRequestError for an unknown id, NotPublished,
    Damaged.
    """
    from flows.errors import InvalidRequestError
    from flows.terminal_output import make_console, safe
    from warehouse.web_queries import ask

    with published(home) as con:
        key = (thread or "").lower()
        rows = ask(con, "thread_stories", key=key) if key else ask(con, "threads", limit=limit)
    if key and not rows:
        raise InvalidRequestError(f"no thread, and no story in one, has the id {thread}")
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, default=str, ensure_ascii=False))
        return
    console = make_console()
    if not rows:
        click.echo("newsfold: no threads yet: no story follows up another", err=True)
    for row in rows:
        when = f"{row['first_published_at']:%Y-%m-%d}" if row["first_published_at"] else "undated   "
        if key:
            title = row["latest_title"] or row["title"]
            line = f"{row['position']:>3}  {row['story_id']}  {when}  {row['language']:<3} {title}"
        else:
            line = f"{row['thread_id']}  {when}  {row['story_count']:>3} stories  {row['title']}"
        console.print(safe(line), no_wrap=True, overflow="ellipsis")
