"""`newsfold explain`: why two articles are in one story, or why not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.options import home_option, json_option, published, settings_from, told_errors

if TYPE_CHECKING:
    from warehouse.rows import PairDetail


@click.command("explain")
@click.argument("article_a")
@click.argument("article_b")
@home_option
@json_option
def command(article_a: str, article_b: str, home: Path | None, as_json: bool) -> None:
    """Say why ARTICLE_A and ARTICLE_B are together, or which channel fell short and by how much.

    An article is named by its id, the beginning of it, its external id or its URL.
    """
    from flows.explaining import explain
    from flows.story_model import story_background
    from warehouse.queries import explain_pair

    with told_errors(), published(home) as con:
        pair = explain_pair(con, article_a, article_b)
        told = explain(pair, story_background(settings_from(home=home)))
    if as_json:
        click.echo(json.dumps(_plain(pair, told), default=str, ensure_ascii=False))
        return
    from flows.terminal import make_console, safe

    console = make_console()
    for line in told.lines(pair):
        console.print(safe(line), soft_wrap=True)


def _plain(pair: PairDetail, told: Any) -> dict[str, Any]:
    articles = {
        side: {
            "article_id": article.article_id,
            "external_id": article.external_id,
            "title": article.title,
            "publisher": article.publisher,
            "story_id": article.story_id,
            "copy_group_id": article.copy_group_id,
        }
        for side, article in (("a", pair.a), ("b", pair.b))
    }
    return (
        articles
        | asdict(told)
        | {
            "is_same_story": pair.is_same_story,
            "is_same_wording": pair.is_same_wording,
            "links": [asdict(link) for link in pair.links],
        }
    )
