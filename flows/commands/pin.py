"""`newsfold pin`: this article stands for its story, because somebody says so."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.options import by_option, home_option, json_option, overrule, why_option


@click.command("pin")
@click.argument("story")
@click.argument("article")
@why_option
@by_option
@home_option
@json_option
def command(
    story: str, article: str, why: str | None, by: str | None, home: Path | None, as_json: bool
) -> None:
    """Let ARTICLE stand for STORY as its canonical report, however the story grows; the latest pin wins."""
    from flows.overruling import pin

    overrule(home, as_json, lambda settings: pin(settings, story, article, why=why, by=by))
