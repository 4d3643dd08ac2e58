"""Why two articles are together or apart, as pages and the interface show it: sentences of `explain`, both texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from warehouse.errors import NotFound
from warehouse.published_queries import explain_in_story as nearest_pair
from warehouse.published_queries import explain_pair
from warehouse.web_queries import ask
from web import charts
from web.text_comparison import DiffRun, names_in, numbers_in, word_diff

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.row_types import ArticleRow, PairDetail

_SHOWN_CHARS = 6000
_LEAST_WEIGHT = 0.001  # of a marked word: the, of and and carry less than a tenth of it
_ID = re.compile(r"\b([0-9a-f]{16})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairExplanation:
    """An explanation of a pair: both articles and texts, sentences, details, and a word diff where they are copies.

    `pieces` is that diff, else empty. `shown` are the sentences as markup, with headlines that lead on instead of ids.
    """

    a: ArticleRow
    b: ArticleRow
    sentences: list[str]
    shown: list[Markup]
    details: list[str]
    text_a: Markup
    text_b: Markup
    pieces: list[DiffRun]
    story_id: str | None  # asked about, where the question was about a story


def explain_two(con: DuckDBPyConnection, home: Path, key_a: str, key_b: str) -> PairExplanation | None:
    """Explain why two articles are together or apart, with both texts; None where the keys do not name two articles.

    A key is an id or its beginning, an external id or a URL: one that fits none or several gives None, and so do two
    keys of one article. `home` is the home whose settings count; raises SettingsError.
    """
    return _answer(con, home, lambda: explain_pair(con, key_a, key_b))


def explain_in_story(con: DuckDBPyConnection, home: Path, key: str, story_id: str) -> PairExplanation | None:
    """Explain an article together with the report of a story that fits it best by stored scores.

    That is the canonical one where no score is stored. None where one of the two is unknown or names several, and where
    that report is the article itself. An article is named by its id, the beginning of it, an external id or a URL, a
    story by its id or a former one. `home` is the home whose settings count; raises SettingsError.
    """
    return _answer(con, home, lambda: nearest_pair(con, key, story_id), story_id)


def _answer(
    con: DuckDBPyConnection, home: Path, find: Callable[[], PairDetail], story_id: str | None = None
) -> PairExplanation | None:
    from flows.fold.background_model import story_background
    from flows.operations.explain import explain
    from flows.operations.pair_sentences import verdict
    from flows.settings.settings import load_settings

    try:
        pair = find()
    except NotFound:
        return None
    found = explain(pair, story_background(load_settings(home=home)))
    sentences = verdict(pair, are_candidates=found.are_candidates)
    links = _links(con, pair)
    terms = [term.word for term in found.story.shared_terms if term.weight >= _LEAST_WEIGHT]
    shared = [*terms, *_shared_facts(pair.a, pair.b)]
    return PairExplanation(
        a=pair.a,
        b=pair.b,
        sentences=sentences,
        shown=[name_ids(sentence, links) for sentence in sentences],
        details=list(found.lines(pair)),
        text_a=charts.mark_shared(pair.a.text[:_SHOWN_CHARS], shared),
        text_b=charts.mark_shared(pair.b.text[:_SHOWN_CHARS], shared),
        pieces=word_diff(pair.a.text, pair.b.text) if pair.is_copy else [],
        story_id=story_id,
    )


def _links(con: DuckDBPyConnection, pair: PairDetail) -> dict[str, Markup]:
    """Return a link by its headline for each article of a pair and each story that they are in."""
    stories = sorted({one.story_id for one in (pair.a, pair.b) if one.story_id})
    rows = ask(con, "story_names", story_ids=stories) if stories else []
    named = [(f"/article/{one.article_id}", one.title) for one in (pair.a, pair.b)]
    named += [(f"/story/{row['story_id']}", row["title"]) for row in rows]
    link = Markup('“<a href="{}"><bdi>{}</bdi></a>”')
    return {
        address.rpartition("/")[2]: link.format(address, title or "(no headline)") for address, title in named
    }


def name_ids(sentence: str, links: Mapping[str, Markup]) -> Markup:
    """Return a sentence as markup in which ids that `links` has are replaced by these; everything else is escaped."""
    parts = _ID.split(sentence)
    return Markup("").join(links.get(part, escape(part)) for part in parts)


def _shared_facts(a: ArticleRow, b: ArticleRow) -> list[str]:
    numbers = numbers_in(a.text) & numbers_in(b.text)
    return sorted(numbers | (names_in(a.text, a.language) & names_in(b.text, b.language)))


def as_record(answer: PairExplanation) -> dict[str, Any]:
    """Return an explanation for programs: `articles`, `sentences` and `details`, without texts and differences."""
    return {
        "articles": [
            {"article_id": one.article_id, "title": one.title, "publisher": one.publisher, "story_id": one.story_id}
            for one in (answer.a, answer.b)
        ],
        "sentences": answer.sentences,
        "details": answer.details,
    }  # fmt: skip
