"""From changed copy groups to changed stories: profiles, candidates, evidence, groups, identity, canonical, rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flows.decisions import Decisions
from flows.fold_copies import CopyChange, as_ids
from flows.story_evidence import link_stories, store_profiles
from flows.story_rows import Canonical, Groups, write_stories
from flows.story_scope import groups_of, grow_from, regroup, stories_in
from transforms.background import Background
from transforms.identity import Assignment, StoryEvent, assign_ids, propose_story_id
from warehouse import folding
from warehouse.folding import Ids, id_column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """What a fold did to the stories."""

    new: int
    changed: int
    candidates: int
    accepted: int


def fold_stories(
    con: DuckDBPyConnection,
    change: CopyChange,
    decisions: Decisions,
    background: Background,
    canonical: Canonical,
    *,
    run_id: str,
    now: datetime,
) -> StoryChange:
    """Bring every story that the change may concern up to date; others are not looked at."""
    bereft = folding.beside(con, change.stale)
    if len(change.stale):
        folding.forget_representatives(con, change.stale)
    candidates = accepted = 0
    if len(change.fresh):
        store_profiles(con, change.fresh, background)
        candidates, accepted = link_stories(con, change.fresh, background, run_id=run_id, now=now)

    former = folding.stories_of(con, change.touched)
    again = _representatives(con, change.touched)
    about = _representatives(con, id_column(former, "article_id"))
    found = regroup(con, np.union1d(bereft, again), about, decisions)
    groups, clusters = found.groups, _with_copies(found.stories, found.groups)
    old = stories_in(folding.stories_of(con, np.union1d(change.touched, as_ids(groups.members))))
    assignment = assign_ids(clusters, old, _EverUsed(con, clusters))
    changed = _changed(clusters, assignment, old, change)
    write_stories(
        con, clusters, assignment, changed, old, groups, decisions, canonical, run_id=run_id, now=now
    )
    new = sum(event.event is StoryEvent.BORN for event in assignment.events)
    return StoryChange(new=new, changed=len(changed) - new, candidates=candidates, accepted=accepted)


def stories_at(
    con: DuckDBPyConnection, articles: Ids, decisions: Decisions, threshold: float
) -> list[tuple[int, ...]]:
    """Return the stories that these articles would make at a threshold, from stored links; nothing is changed.

    `articles` must hold everything that can end up in one story with any of them.
    """
    groups = groups_of(folding.copy_groups(con, articles))
    ids = as_ids(groups.articles)
    links = folding.links_within(con, ids, folding.STORY_RELATIONS)
    forest = grow_from(links, folding.article_kinds(con, ids), groups, decisions, threshold)
    return _with_copies(forest.stories, groups)


def _representatives(con: DuckDBPyConnection, articles: Ids) -> Ids:
    rows = folding.copy_groups(con, articles)
    return id_column(rows.filter(rows.column("is_representative")), "article_id")


def _with_copies(stories: Iterable[Iterable[int]], groups: Groups) -> list[tuple[int, ...]]:
    """Put the copies of each representative beside it: stories as ascending article ids."""
    return [tuple(sorted(article for one in some for article in groups.articles[one])) for some in stories]


class _EverUsed:
    """Every id that a story ever had, asked for in bulk and remembered."""

    def __init__(self, con: DuckDBPyConnection, clusters: Sequence[Sequence[int]]) -> None:
        self._con = con
        first = as_ids(propose_story_id(min(members), 0) for members in clusters)
        self._asked = set(first.tolist())
        self._used = folding.used_story_ids(con, first)

    def __contains__(self, story_id: object) -> bool:
        if story_id not in self._asked and isinstance(story_id, int):
            self._asked.add(story_id)
            self._used |= folding.used_story_ids(self._con, as_ids([story_id]))
        return story_id in self._used


def _changed(
    clusters: Sequence[Sequence[int]],
    assignment: Assignment,
    old: Mapping[int, Sequence[int]],
    change: CopyChange,
) -> list[int]:
    """Positions of the clusters whose story row has to be written again."""
    dirty = set(change.dirty.tolist())
    return [
        index
        for index, members in enumerate(clusters)
        if list(members) != sorted(old.get(assignment.story_ids[index], ())) or not dirty.isdisjoint(members)
    ]
