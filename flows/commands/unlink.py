"""`newsfold unlink`: two articles do not belong together, because somebody says so."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.options import by_option, home_option, json_option, overrule, why_option


@click.command("unlink")
@click.argument("article_a")
@click.argument("article_b")
@why_option
@by_option
@home_option
@json_option
def command(
    article_a: str, article_b: str, why: str | None, by: str | None, home: Path | None, as_json: bool
) -> None:
    """Keep ARTICLE_A and ARTICLE_B in two stories, now and in every later run.

    An article is named by its id, the beginning of it, its external id or its URL. `newsfold overrides` lists what
    was decided and takes it back.
    """
    from flows.overruling import unlink

    overrule(home, as_json, lambda settings: unlink(settings, article_a, article_b, why=why, by=by))
