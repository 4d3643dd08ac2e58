"""`newsfold erase`: an article, or all of a publisher, out of every file of the home."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import by_option, home_option, json_option, settings_from, why_option

if TYPE_CHECKING:
    from flows.operations.erase import Erased
    from warehouse.erase import Copy


@click.command("erase")
@click.argument("what")
@why_option
@by_option
@click.option("--with-copies", is_flag=True, help="Erase verbatim copies too, as other outlets printed them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
@json_option
def command(
    what: str,
    why: str | None,
    by: str | None,
    with_copies: bool,
    yes: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Erase WHAT for good: an article by its id, external id or URL, or all articles of a publisher.

    Texts, versions, signatures, links, decisions and older published files go, from feeds of watches and from the
    Prefect server of PREFECT_API_URL too; what is left is named. The input files are yours to delete. A hash stays,
    so that it does not come back.

    \f
    Reports on stderr, as JSON on stdout. Raises what `operations.erase.erase` raises, and UsageError
    where nobody can be asked.
    """
    from flows.operations.erase import erase
    from flows.prefect_support.erased_headlines import forget_in_prefect
    from flows.terminal_output import safe

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

    def copies_too(copies: Sequence[Copy]) -> bool:
        if with_copies or yes or not sys.stdin.isatty():
            return with_copies
        for copy in copies:
            click.echo(safe(f"  {copy.describe()}"), err=True)
        return click.confirm(f"Erase these {len(copies):,} verbatim copies too?", err=True)

    erased = erase(settings_from(home=home), what, why=why, by=by, agreed=agreed, with_copies=copies_too)
    prefect_runs, left = forget_in_prefect(erased.titles) if erased.run_id else (0, "")
    not_reached = [*erased.not_reached, *([left] if left else [])]
    if as_json:
        record = asdict(erased) | {"prefect_runs": prefect_runs, "not_reached": not_reached}
        del record["titles"]  # they were erased
        click.echo(json.dumps(record, ensure_ascii=False))
    else:
        for line in _in_words(erased, prefect_runs, not_reached):
            click.echo(safe(line), err=True)


def _in_words(erased: Erased, prefect_runs: int, not_reached: Sequence[str]) -> Iterator[str]:
    """Yield what was erased and what stays, as lines of text."""
    if erased.run_id is None:
        yield "nothing erased"
        return
    yield (
        f"erased {erased.articles:,} articles from {erased.documents:,} documents, "
        f"{erased.stories_changed:,} stories made anew"
    )
    if prefect_runs:
        yield f"{prefect_runs:,} runs that named them are gone from the Prefect server"
    for copy in erased.copies:
        yield f"a verbatim copy stays: {copy.describe()}"
    if erased.copies:
        yield "erase each by its id, or say --with-copies the next time"
    for place in not_reached:
        yield f"not looked into: {place}"
