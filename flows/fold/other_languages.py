"""From days on which stories changed to the relations between stories of different languages around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from transforms.language.background import model_language
from transforms.language.sentence_encoder import Floats
from transforms.stories.clustering import ATTACHED_KINDS
from transforms.stories.other_languages import MODEL, StoryTerms, match_stories
from transforms.stories.threads import ThreadRelation
from warehouse import folding_tables, story_threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Days compared at a time; bounds memory, results do not depend on it.
_DAYS_AT_ONCE = 30
_LEFT_OUT = tuple(sorted(kind.value for kind in ATTACHED_KINDS))

_Pair = tuple[int, int]
_Evidence = tuple[float, int, int]  # score, and the two articles


def update_other_languages(con: DuckDBPyConnection, changed_days: Iterable[int]) -> set[int]:
    """Find relations across languages again around the days on which stories are new, changed or gone.

    `changed_days` are counted from 1970. In the caller's transaction. How common a term is among the stories of a few
    days counts, so the relations of all stories within `days_around` are found again: the result depends on which
    stories exist, and not on when they came. Returns the stories whose relations changed; none where nothing is stored
    for comparing languages.
    """
    days = {day + shift for day in changed_days for shift in range(-MODEL.days_around, MODEL.days_around + 1)}
    if not days or not story_threads.compares_languages(con):
        return set()
    before: dict[_Pair, _Evidence] = {}
    after: dict[_Pair, _Evidence] = {}
    for first, last in _spans(sorted(days)):
        for a, b, score, article_a, article_b in story_threads.other_languages_between(con, first, last):
            before[a, b] = (score, article_a, article_b)
        stories = _stories(con, first - MODEL.context_days, last + MODEL.context_days)
        for match in match_stories(stories, range(first, last + 1)):
            after[match.story_a, match.story_b] = (match.score, match.article_a, match.article_b)
    stale = [pair for pair, evidence in before.items() if after.get(pair) != evidence]
    new = {pair: evidence for pair, evidence in after.items() if before.get(pair) != evidence}
    story_threads.forget_other_languages(con, stale)
    folding_tables.insert_rows(
        con,
        "story_relations",
        {
            "story_a": [pair[0] for pair in new],
            "story_b": [pair[1] for pair in new],
            "relation": [ThreadRelation.OTHER_LANGUAGE.value] * len(new),
            "score": [evidence[0] for evidence in new.values()],
            "article_a": [evidence[1] for evidence in new.values()],
            "article_b": [evidence[2] for evidence in new.values()],
        },
    )
    return {story for pair in (*stale, *new) for story in pair}


def _spans(days: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of days in a row, of `_DAYS_AT_ONCE` at most."""
    start = previous = days[0]
    for day in days[1:]:
        if day != previous + 1 or day - start >= _DAYS_AT_ONCE:
            yield start, previous
            start = day
        previous = day
    yield start, previous


def _stories(con: DuckDBPyConnection, first_day: int, last_day: int) -> list[StoryTerms]:
    """Return what the stories of these days have to be compared by, by their ids."""
    terms: dict[int, dict[int, dict[int, float]]] = {}
    vectors: dict[int, dict[int, Floats]] = {}
    with_text: set[int] = set()
    about: dict[int, tuple[str, int]] = {}
    for story, language, day, article, term, weight in story_threads.shared_terms(
        con, first_day, last_day, left_out=_LEFT_OUT
    ):
        about[story] = (language, day)
        terms.setdefault(story, {}).setdefault(article, {})[term] = weight
    for story, language, day, article, is_headline, vector in story_threads.shared_vectors(
        con, first_day, last_day, left_out=_LEFT_OUT
    ):
        about[story] = (language, day)
        terms.setdefault(story, {}).setdefault(article, {})
        vectors.setdefault(story, {})[article] = np.frombuffer(vector, "<f2").astype(np.float32)
        if not is_headline:
            with_text.add(story)
    return [
        StoryTerms(
            story_id=story,
            language=model_language(language or ""),
            day=day,
            terms=_means(terms[story]),
            reports=terms[story],
            vectors=vectors.get(story, {}),
            is_headline=story not in with_text,
        )
        for story, (language, day) in sorted(about.items())
    ]


def _means(reports: Mapping[int, Mapping[int, float]]) -> dict[int, float]:
    """Return the mean weight of each term; reports without any term do not count."""
    with_terms = [own for own in reports.values() if own]
    means: dict[int, float] = {}
    for own in with_terms:
        for term, weight in own.items():
            means[term] = means.get(term, 0.0) + weight / len(with_terms)
    return means
