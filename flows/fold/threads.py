"""From changed stories to changed relations and threads; what no changed story touches is not read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from flows.fold.copies import as_ids
from flows.fold.other_languages import update_other_languages
from flows.fold.used_ids import UsedIds
from transforms.kernel.sorted_sets import distinct
from transforms.stories.profile import unpack
from transforms.stories.profile_table import tabulate_packed
from transforms.stories.story_ids import StoryEvent, assign_ids
from transforms.stories.story_names import NO_NAMES, NOTHING_IN_COMMON, StoryNames, compare_names, names_of
from transforms.stories.threads import (
    MODEL,
    StoryPair,
    StoryRelation,
    ThreadRelation,
    can_follow_up,
    predecessors,
    relate,
    threads_of,
)
from warehouse import folding_tables, story_threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.folding_tables import Ids


# Stories whose profiles are read at a time: bounds memory, results do not depend on it.
_STORIES_AT_ONCE = 2_000


def update_threads(con: DuckDBPyConnection, changed: Ids, former_days: Collection[int] = ()) -> None:
    """Find the relations of changed stories again, and the threads around them, in the caller's transaction.

    `changed` holds story ids, of stories that no longer exist too; nothing happens for none. `former_days` are those on
    which they were first reported before. A thread is a connected component of stories, each hung on the one that it
    follows up with the highest score (ties: smaller id), and on those that report its event in other languages; it
    keeps its id as stories do (`assign_ids`).
    """
    if not len(changed):
        return
    affected = set(changed.tolist()) | _partners(_relations(con, changed))
    story_threads.forget_relations(con, changed)
    found = [relation for row in _story_pairs(con, changed) if (relation := relate(row))]
    _store(con, found)
    affected |= {story for one in found for story in (one.story_a, one.story_b)}
    affected |= update_other_languages(con, {*former_days, *story_threads.first_days(con, changed)})

    # who follows whom is decided story by story; threads are then the connected components
    own = _relations(con, as_ids(affected))
    follows = {story: one for story, one in predecessors(own).items() if story in affected}
    around = affected | set(follows.values()) | _partners(_other_languages(own))
    old: dict[int, list[int]] = {}
    edges: dict[int, int] = {}
    for row in story_threads.threads_with(con, as_ids(around)):
        old.setdefault(row["thread_id"], []).append(row["story_id"])
        if row["follows_story_id"] is not None and row["story_id"] not in affected:
            edges[row["story_id"]] = row["follows_story_id"]
    edges |= follows
    around |= {story for stories in old.values() for story in stories}
    languages = [(one.story_a, one.story_b) for one in _other_languages(_relations(con, as_ids(around)))]
    clusters = threads_of(edges, languages)
    assignment = assign_ids(clusters, old, UsedIds(partial(story_threads.used_thread_ids, con), clusters))
    members = [
        (thread_id, story, edges.get(story))
        for thread_id, cluster in zip(assignment.story_ids, clusters, strict=True)
        for story in cluster
    ]
    redirects = {
        event.story_id: event.other_story_id
        for event in assignment.events
        if event.event is StoryEvent.REDIRECTED and event.other_story_id is not None
    }
    story_threads.replace_threads(con, as_ids(around), members, redirects)


def _story_pairs(con: DuckDBPyConnection, stories: Ids) -> Iterator[StoryPair]:
    """Return what is stored between these stories and others; names are compared where times allow a follow-up."""
    rows = story_threads.story_pairs(con, stories, best_links=MODEL.best_links, least_score=MODEL.least_score)
    ends = [(row["story_a"], row["story_b"]) for row in rows if can_follow_up(row["first_a"], row["first_b"])]
    names = _names(con, distinct(as_ids(story for pair in ends for story in pair)))
    compared = {pair: compare_names(*(names[story] for story in pair)) for pair in ends}
    for row in rows:
        found = compared.get((row["story_a"], row["story_b"]), NOTHING_IN_COMMON)
        yield StoryPair(**row, names=found.common, own_name=found.own)


def _names(con: DuckDBPyConnection, stories: Ids) -> dict[int, StoryNames]:
    """Return the names of stories, from the profiles of their reports; a story without profiles has none."""
    found = dict.fromkeys(stories.tolist(), NO_NAMES)
    for start in range(0, len(stories), _STORIES_AT_ONCE):
        owners, packed = story_threads.profiles_of(con, stories[start : start + _STORIES_AT_ONCE])
        table = tabulate_packed(packed)
        firsts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1])[: len(owners)]).tolist()
        for first, end in zip(firsts, [*firsts[1:], len(owners)], strict=True):
            language = unpack(packed[first]).language
            found[int(owners[first])] = names_of(table, range(first, end), language)
    return found


def _relations(con: DuckDBPyConnection, stories: Ids) -> list[StoryRelation]:
    rows = story_threads.relations_of(con, distinct(stories))
    return [StoryRelation(**{**row, "relation": ThreadRelation(row["relation"])}) for row in rows]


def _other_languages(relations: Iterable[StoryRelation]) -> list[StoryRelation]:
    return [one for one in relations if one.relation is ThreadRelation.OTHER_LANGUAGE]


def _partners(relations: Iterable[StoryRelation]) -> set[int]:
    return {story for one in relations for story in (one.story_a, one.story_b)}


def _store(con: DuckDBPyConnection, found: list[StoryRelation]) -> None:
    names = ("story_a", "story_b", "relation", "score", "article_a", "article_b")
    folding_tables.insert_rows(
        con, "story_relations", {name: [getattr(one, name) for one in found] for name in names}
    )
