"""Threads: evidence between pairs of stories in; how the two relate, and which stories form one thread, out.

Within a language a thread is a tree: each story hangs on the earlier story that it follows up best (single linkage
along time, as in topic detection and tracking), so one weak relation joins two stories and never two bundles by many
weak ones. Stories of one event in other languages are in it too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from transforms.kernel.disjoint_sets import components


class ThreadRelation(StrEnum):
    """How two stories relate: follow_up or related within one language, or the same event in another language."""

    FOLLOW_UP = "follow_up"  # the later one reports what came of the earlier one
    OTHER_LANGUAGE = "other_language"  # reports of the same event in another language
    RELATED = "related"  # about the same things, without an order or without enough names in common


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadModel:
    """The constants by which stories become related or follow-ups: least scores, and the gap in time."""

    # Pair scores are those of `pair_score`, which a time apart lowers already: two stories in which the best reports
    # are that alike are about the same things. Chosen on dated articles of the tuning set, read by hand.
    least_score: float = 0.6
    # Cosine of the names of both stories without the one that adds most: a follow-up speaks of the same people and
    # places, and one common name (a president, a company, a disease) is the subject of many matters.
    least_names: float = 0.22
    # Heaviest name of a story that the other one does not have: look-alike events are about somebody else each.
    most_own_name: float = 0.45
    # Sooner than this it is the same news still coming in; later, another matter that happens to share names.
    shortest_gap: timedelta = timedelta(hours=6)
    longest_gap: timedelta = timedelta(days=30)
    # Links that speak for a pair of stories: the mean of the best few, so that one odd report does not carry it.
    best_links: int = 3


MODEL = ThreadModel()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPair:
    """Two stories that stored links join, with the evidence by which `relate` decides.

    `score` (0 to 1) is the mean of their best links, `article_a` and `article_b` are the articles of the best one;
    `names` is the cosine of the stories' names, `own_name` the weight of the heaviest name of only one of them;
    `first_a` and `first_b` are the times of their first reports, None for undated.
    """

    story_a: int  # the smaller id
    story_b: int
    score: float  # mean of the best links' scores
    names: float  # cosine of their names without the one that adds most (`story_names.compare_names`)
    own_name: float  # the heaviest name that one of them has alone
    article_a: int  # of the best link, in story_a
    article_b: int
    first_a: datetime | None  # first publication in story_a
    first_b: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRelation:
    """A relation between two stories. `story_a` is the earlier one of a follow-up, the smaller id of any other pair."""

    story_a: int
    story_b: int
    relation: ThreadRelation
    score: float
    article_a: int
    article_b: int


def can_follow_up(first_a: datetime | None, first_b: datetime | None, model: ThreadModel = MODEL) -> bool:
    """Return whether two stories first reported at these times can follow up one another: not if either is unknown."""
    if first_a is None or first_b is None:
        return False
    return model.shortest_gap <= abs(first_b - first_a) <= model.longest_gap


def relate(pair: StoryPair, model: ThreadModel = MODEL) -> StoryRelation | None:
    """Return how two stories relate; None when their score is below `least_score` of the model.

    They are a follow-up, the earlier one first, when both first times are known and `shortest_gap` to `longest_gap`
    apart, their names agree to `least_names` or more and neither has a name of its own above `most_own_name`; else they
    are related, the smaller id first. Stories without a time have no order: they are related at most.
    """
    if pair.score < model.least_score:
        return None
    a, b = pair.first_a, pair.first_b
    is_swapped = a is not None and b is not None and a > b
    follows = (
        can_follow_up(a, b, model)
        and pair.names >= model.least_names
        and pair.own_name <= model.most_own_name
    )
    ends = (
        (pair.story_b, pair.story_a, pair.article_b, pair.article_a)
        if follows and is_swapped
        else (pair.story_a, pair.story_b, pair.article_a, pair.article_b)
    )
    return StoryRelation(
        story_a=ends[0],
        story_b=ends[1],
        relation=ThreadRelation.FOLLOW_UP if follows else ThreadRelation.RELATED,
        score=pair.score,
        article_a=ends[2],
        article_b=ends[3],
    )


def predecessors(relations: Iterable[StoryRelation]) -> dict[int, int]:
    """Return {story: the earlier story that it follows up}, by the highest score; ties go to the smaller id.

    Stories without an earlier one are left out, and relations that are no follow-up do not count.
    """
    best: dict[int, tuple[float, int]] = {}
    for one in relations:
        if one.relation is ThreadRelation.FOLLOW_UP:
            rank = (-one.score, one.story_a)
            if one.story_b not in best or rank < best[one.story_b]:
                best[one.story_b] = rank
    return {story: rank[1] for story, rank in best.items()}


def threads_of(
    edges: Mapping[int, int], other_languages: Collection[tuple[int, int]] = ()
) -> list[tuple[int, ...]]:
    """Return the threads: connected components of story → predecessor, as ascending ids, by their smallest id.

    `other_languages` are pairs of stories that report one event; they are in one thread too. A story that is in no edge
    is in no thread; no edges give an empty list.
    """
    pairs = [*edges.items(), *other_languages]
    later, earlier = (np.fromiter((pair[end] for pair in pairs), np.uint64, len(pairs)) for end in (0, 1))
    return [tuple(thread.tolist()) for thread in components(np.union1d(later, earlier), later, earlier)]
