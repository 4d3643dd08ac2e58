"""`newsfold explain`: why two articles are in one story, or why not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.options import home_option, json_option, published, settings_from

if TYPE_CHECKING:
    from warehouse.row_types import PairDetail


@click.command("explain")
@click.argument("article_a")
@click.argument("other")
@home_option
@json_option
def command(article_a: str, other: str, home: Path | None, as_json: bool) -> None:
    """Say why ARTICLE_A and OTHER are together, or why not: in a few sentences, then in numbers.

    OTHER is an article or a story; of a story the report nearest to the article is taken. An article is named by its
    id, the beginning of it, its external id or its URL, a story by its id or the beginning of it.

    \f
    Lines or one JSON object go to stdout. Raises UnknownArticle, NotFound, NotPublished, SettingsError.
    """
    from flows.fold.background_model import story_background
    from flows.operations.explain import explain
    from warehouse.errors import UnknownArticle, UnknownStory
    from warehouse.published_queries import explain_in_story, explain_pair

    with published(home) as con:
        try:
            pair = explain_pair(con, article_a, other)
        except UnknownArticle as unknown:
            try:
                pair = explain_in_story(con, article_a, other)
            except UnknownStory:
                raise unknown from None
        explanation = explain(pair, story_background(settings_from(home=home)))
    if as_json:
        click.echo(json.dumps(_plain(pair, explanation), default=str, ensure_ascii=False))
        return
    from flows.terminal_output import make_console, safe

    console = make_console()
    for line in explanation.lines(pair):
        console.print(safe(line), soft_wrap=True)


def _plain(pair: PairDetail, explanation: Any) -> dict[str, Any]:
    from flows.operations.pair_sentences import verdict

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
        | asdict(explanation)
        | {
            "verdict": verdict(pair, are_candidates=explanation.are_candidates),
            "chain": [asdict(step) for step in pair.chain],
            "is_same_story": pair.is_same_story,
            "is_copy": pair.is_copy,
            "links": [asdict(link) for link in pair.links],
        }
    )
