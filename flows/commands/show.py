"""`newsfold show`: one story with its reports, the evidence and its history."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import home_option, json_option, published

if TYPE_CHECKING:
    from warehouse.row_types import EventRow, LinkRow, MemberRow, OtherLanguageRow, StoryDetail, VersionRow


@click.command("show")
@click.argument("story")
@home_option
@json_option
@click.option("--text", "with_text", is_flag=True, help="Print the canonical article's text too.")
def command(story: str, home: Path | None, as_json: bool, with_text: bool) -> None:
    """Show STORY (its id, the beginning of it, or an id it once had): its reports, their evidence, its history.

    Articles that came in several versions are shown with what changed between them.

    \f
    The story goes to stdout, as tables or one JSON object. Raises UnknownStory, NotPublished, Damaged.
    """
    from warehouse.published_queries import find_article, list_versions, show_story

    with published(home) as con:
        detail = show_story(con, story)
        versions = {
            member.article_id: list_versions(con, member.article_id)
            for member in detail.members
            if member.version > 1
        }
        text = find_article(con, detail.story.canonical_article_id).text if with_text else None
    if as_json:
        record = asdict(detail) | {
            "versions": {article: [asdict(one) for one in some] for article, some in versions.items()}
        }
        if text is not None:
            record["text"] = text
        click.echo(json.dumps(record, default=str, ensure_ascii=False))
        return
    _print(detail, versions, text)


def _print(detail: StoryDetail, versions: dict[str, list[VersionRow]], text: str | None) -> None:
    from flows.terminal_output import make_console, safe

    console = make_console()
    story = detail.story
    console.print(safe(story.title), style="bold")
    facts = [
        f"story {story.story_id}",
        f"{story.article_count} articles in {story.copy_group_count} different texts",
        f"{story.independent_count} independent",
        story.language,
    ]
    console.print(" · ".join(facts))
    if detail.asked_id.lower() not in story.story_id:
        console.print(f"{detail.asked_id} was folded into {story.story_id}")
    console.print(f"canonical: {safe(story.canonical_reason)}")
    if story.key_terms:
        console.print(f"key terms: {safe(story.key_terms)}")

    _print_members(detail.members)
    _print_links(detail.links)
    _print_other_languages(detail.other_languages)
    for article, some in versions.items():
        console.print(f"versions of {article}", style="bold")
        for line in _changes(some):
            console.print(safe(line))
    _print_history(detail.events)
    if text is not None:
        console.print(safe(text))


def _print_members(rows: Sequence[MemberRow]) -> None:
    from flows.terminal_output import make_table, print_table, safe, shown_time

    members = make_table("article", "role", "score", "published", "publisher", "title", right=("score",))
    for member in rows:
        members.add_row(
            member.article_id,
            member.role,
            safe(member.score),
            shown_time(member.published_at, member.published_precision),
            safe(member.publisher),
            safe(member.title),
        )
    print_table(members, drop=("score", "role", "published", "publisher"))


def _print_links(rows: Sequence[LinkRow]) -> None:
    """Print the evidence between members; nothing where there is none."""
    from flows.terminal_output import make_table, print_table, safe

    if not rows:
        return
    links = make_table(
        "article", "article", "relation", "score", "decision", right=("score",), title="evidence"
    )
    for link in rows:
        why = f" by {link.made_by}: {link.why or ''}" if link.made_by else ""
        links.add_row(
            link.article_a, link.article_b, link.relation, safe(link.score), safe(link.decision + why)
        )
    print_table(links, drop=("relation", "score"))


def _print_other_languages(rows: Sequence[OtherLanguageRow]) -> None:
    """Print the stories of the same event in other languages; nothing where there is none."""
    from flows.terminal_output import make_table, print_table, safe

    if not rows:
        return
    others = make_table(
        "story", "language", "score", "published", "title", right=("score",), title="in other languages"
    )
    for other in rows:
        others.add_row(
            other.story_id,
            other.language,
            safe(other.score),
            safe(other.first_published_at),
            safe(other.title),
        )
    print_table(others, drop=("score", "published"))


def _print_history(rows: Sequence[EventRow]) -> None:
    from flows.terminal_output import make_table, print_table, safe

    events = make_table("when", "event", "articles", "other story", right=("articles",), title="history")
    for event in rows:
        events.add_row(
            safe(event.happened_at), event.event, safe(event.article_count), safe(event.other_story_id)
        )
    print_table(events)


def _changes(versions: list[VersionRow]) -> Iterator[str]:
    """Yield a line diff from each version to the next."""
    for older, newer in pairwise(versions):
        yield from difflib.unified_diff(
            [older.title, *older.text.split("\n")],
            [newer.title, *newer.text.split("\n")],
            f"version {older.version}",
            f"version {newer.version}",
            lineterm="",
            n=0,
        )
