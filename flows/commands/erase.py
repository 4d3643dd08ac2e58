"""`newsfold erase`: an article, or all of a publisher, out of every file of the home."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from flows.commands.options import by_option, home_option, json_option, settings_from, told_errors, why_option


@click.command("erase")
@click.argument("what")
@why_option
@by_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
@json_option
def command(what: str, why: str | None, by: str | None, yes: bool, home: Path | None, as_json: bool) -> None:
    """Erase WHAT for good: an article by its id, external id or URL, or all articles of a publisher.

    Texts, versions, signatures, links, decisions and older published files go; the input files are yours to delete. A
    hash stays, so that it does not come back.
    """
    from flows.erasing import erase

    def agreed(articles: int, is_publisher: bool) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            raise click.UsageError("this cannot be undone: say --yes")
        of = (
            f"{articles:,} articles of {what!r}, and what else comes from there,"
            if is_publisher
            else "one article"
        )
        return click.confirm(f"Erase {of} for good?", err=True)

    with told_errors():
        told = erase(settings_from(home=home), what, why=why, by=by, agreed=agreed)
    if as_json:
        click.echo(json.dumps(asdict(told)))
    elif told.run_id is None:
        click.echo("nothing erased", err=True)
    else:
        click.echo(
            f"erased {told.articles:,} articles from {told.documents:,} documents, "
            f"{told.stories_changed:,} stories told anew",
            err=True,
        )
