"""From changed copy groups to changed stories: profiles, candidate pairs, links, groups, ids, rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from flows.fold.copies import CopyChange, as_ids
from flows.fold.decisions_in_force import Decisions
from flows.fold.regrouping_scope import group_stored, groups_of, regroup, stories_in
from flows.fold.story_evidence import link_stories, store_profiles
from flows.fold.story_rows import Canonical, Groups, write_stories
from flows.fold.used_ids import UsedIds
from transforms.kernel.sorted_sets import union
from transforms.language.background import Background
from transforms.stories.story_ids import Assignment, StoryEvent, assign_ids
from warehouse import folding_evidence, folding_facts, folding_stories, folding_tables
from warehouse.folding_tables import Ids, id_column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """Counts of one fold: stories that are new, others written again, candidate pairs scored, and pairs that passed."""

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
    """Update every story that a change of copy groups may concern, in the caller's transaction.

    Profiles and links of fresh representatives are made, the dendrograms of average linkage around them built and cut
    again (`regroup`), ids carried over (`assign_ids`), rows, events and threads written. Other stories keep their
    rows. `now` is naive UTC. Returns how many stories are new and how many
    others were written again, and how many pairs were scored and passed.
    """
    former_neighbours = folding_evidence.adjacent_articles(con, change.stale)
    if len(change.stale):
        folding_evidence.forget_representatives(con, change.stale)
    candidates = accepted = 0
    if len(change.fresh):
        keys = store_profiles(con, change.fresh, background)
        candidates, accepted = link_stories(con, change.fresh, background, keys=keys, run_id=run_id, now=now)

    former = folding_stories.stories_of(con, change.touched)
    again = _representatives(con, change.touched)
    about = _representatives(con, id_column(former, "article_id"))
    regrouped = regroup(con, union(former_neighbours, again), about, decisions)
    groups, clusters = regrouped.groups, _with_copies(regrouped.stories, regrouped.groups)
    old = stories_in(folding_stories.stories_of(con, union(change.touched, as_ids(groups.members))))
    assignment = assign_ids(
        clusters,
        old,
        UsedIds(partial(folding_stories.used_story_ids, con), clusters),
        retired=folding_stories.retired_stories(con, as_ids(article for one in clusters for article in one)),
        age=folding_stories.order_of_birth(con, as_ids(old)),
        earlier=lambda story_id: folding_stories.earlier_members(con, story_id, old[story_id]),
    )
    changed = _changed(clusters, assignment, old, change)
    write_stories(
        con, clusters, assignment, changed, old, groups, decisions, canonical, run_id=run_id, now=now
    )
    new = sum(event.event is StoryEvent.BORN for event in assignment.events)
    return StoryChange(new=new, changed=len(changed) - new, candidates=candidates, accepted=accepted)


def stories_at(
    con: DuckDBPyConnection, articles: Ids, decisions: Decisions, threshold: float
) -> list[tuple[int, ...]]:
    """Return the stories that these articles and their copies would make at a threshold; nothing is changed.

    They are grouped by average linkage from stored links and people's decisions. `threshold` is a score of a pair,
    from MODEL.floor, below which few links are kept, to 1. A story is its article ids, ascending; an article that
    joins no other is a story alone, one in no copy group is left out. `articles` must hold everything that can end
    up in one story with any of them.
    """
    groups = groups_of(folding_evidence.copy_groups(con, articles))
    ids = as_ids(groups.articles)
    links = folding_evidence.links_within(con, ids, folding_tables.STORY_RELATIONS)
    grouping = group_stored(
        links,
        folding_facts.article_kinds(con, ids),
        groups,
        decisions,
        folding_facts.grouping_facts(con, ids),
        threshold,
    )
    return _with_copies(grouping.stories, groups)


def _representatives(con: DuckDBPyConnection, articles: Ids) -> Ids:
    rows = folding_evidence.copy_groups(con, articles)
    return id_column(rows.filter(rows.column("is_representative")), "article_id")


def _with_copies(stories: Iterable[Iterable[int]], groups: Groups) -> list[tuple[int, ...]]:
    """Add the copies of each representative: stories as ascending article ids."""
    return [tuple(sorted(article for one in story for article in groups.articles[one])) for story in stories]


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
