"""Two states that claim one identity in; whether their content agrees, so that they are one article, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from transforms.copies.compare import verify_pairs
from transforms.copies.shingles import tokenise
from transforms.kernel import shingle_loops as at
from transforms.kernel.numpy_loops import I64

# Shares of the shorter text's shingles that two states share. Unrelated articles of one outlet share under .03,
# two that carry one legal notice up to .7 of a brief, a correction over .9, a rewritten half .6 (docs/decisions/0002).
SHARED_UNDER_ONE_HEADLINE = 0.15
SHARED_AT_ONE_TIME = 0.4  # other headline, and neither states another time of publication
SHARED_AT_TWO_TIMES = 0.5  # other headline, and other times of publication within APART
SHARED_BY_LOOSE_CLAIM = 0.5
SHARED_SHINGLES = 45  # under another headline so many at least: what short texts share is a notice
SAME_HEADLINE = 0.6  # Jaccard similarity of the headlines' words, or the shorter one is within the other
LEAST_HEADLINE = 3  # words: a headline of fewer says nothing by being within another
APART = timedelta(
    hours=20
)  # publications further apart, each with a time of its own, are two unless texts are copies


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The fields of one state (version) of an article by which is decided whether two states are of one article."""

    title: str
    text: str
    content_hash: int
    is_teaser: bool = False  # the text is a summary, or the part before a wall
    published_at: datetime | None = None
    revision: int | None = None


def agreeing(states: Sequence[State], left: I64, right: I64, is_strict: Sequence[bool]) -> list[bool]:
    """Return for each pair of states, `left[i]` and `right[i]` by index, whether they are states of one article.

    `is_strict[i]`: the pair shares an id or an address, not only the loose form of one. Equal content hashes and copies
    (see `compare.verify_pairs`) agree. Else the containment of the texts' word shingles (Broder 1997) decides, by
    limits that depend on the headlines (Jaccard similarity of their words), on the times of publication and on
    `is_strict`. Symmetric, and a function of the two states alone. No pairs give an empty list.
    """
    if not len(left):
        return []
    words = tokenise([state.title for state in states])
    titles = [frozenset(own.tolist()) for own in np.split(words.values, words.offsets[1:-1])]
    verdicts = verify_pairs(tokenise([state.text for state in states]), left, right)
    # texts of fewer words than a shingle have none: they are copies, or share nothing
    shared = verdicts.features[:, at.SHARED].tolist()
    shorter = verdicts.features[:, [at.DISTINCT_A, at.DISTINCT_B]].min(axis=1).tolist()
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return [
        _agree(
            states[a],
            states[b],
            headline=_headline(titles[a], titles[b]),
            shared=shared[pair],
            shorter=shorter[pair],
            is_copy=bool(verdicts.is_copy[pair]),
            is_strict=is_strict[pair],
        )
        for pair, (a, b) in enumerate(pairs)
    ]


def _agree(
    a: State, b: State, *, headline: float, shared: int, shorter: int, is_copy: bool, is_strict: bool
) -> bool:
    if a.content_hash == b.content_hash or is_copy:
        return True
    share = shared / shorter if shorter else 0.0
    is_same_headline = headline >= SAME_HEADLINE
    if not a.text or not b.text or a.is_teaser or b.is_teaser:
        return is_same_headline or share >= SHARED_BY_LOOSE_CLAIM
    if not is_strict or _is_apart(a, b):
        return is_same_headline and share >= SHARED_BY_LOOSE_CLAIM
    if is_same_headline:
        return _is_revised(a, b) or share >= SHARED_UNDER_ONE_HEADLINE
    is_at_one_time = _is_revised(a, b) or _is_at_one_time(a, b)
    return shared >= SHARED_SHINGLES and share >= (
        SHARED_AT_ONE_TIME if is_at_one_time else SHARED_AT_TWO_TIMES
    )


def _is_apart(a: State, b: State) -> bool:
    if a.published_at is None or b.published_at is None:
        return False
    return abs(a.published_at - b.published_at) > APART


def _is_at_one_time(a: State, b: State) -> bool:
    return a.published_at is None or b.published_at is None or a.published_at == b.published_at


def _is_revised(a: State, b: State) -> bool:
    """Return whether their provider counts them as two revisions."""
    return a.revision is not None and b.revision is not None and a.revision != b.revision


def _headline(a: frozenset[int], b: frozenset[int]) -> float:
    """Jaccard similarity of two headlines; 1 where the shorter one, of three words or more, is within the other."""
    if not a or not b:
        return 0.0
    both = len(a & b)
    if both == min(len(a), len(b)) and both >= LEAST_HEADLINE:
        return 1.0
    return both / len(a | b)
