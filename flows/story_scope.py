"""How far a change reaches: articles that changed in; what has to be grouped again, and what it borders on, out.

Stories are cut out of trees of average linkage. A tree in which nothing changed and that has no accepted link to a
change stays as it is, since merging never raises the mean towards a third group (linkage is reducible). So the trees
next to a change are grown again. Where one of those comes apart, the trees that it has links to and that were not grown
count as changed next, in a turn of their own beside what was made; and so on, until nothing more comes apart: what a
tear can change merges lower than what tore it. Live blogs and round-ups belong to no tree. Those next to what was grown
choose their story anew, among it and stories elsewhere, which stay as they are but for such guests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.decisions import Decisions
from flows.fold_copies import as_ids
from flows.story_rows import Groups
from transforms.constraints import grow_bound
from transforms.pairs import THRESHOLD
from transforms.stories import ATTACHING, STANDING_APART, Forest, Links
from transforms.types import Kind
from warehouse import folding
from warehouse.folding import Ids, id_column

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

# Where more articles than this changed, and they are more than that share of what is next to them or more than that
# share of the trees next to them came apart, all next to them count as changed: growing a wider ring once costs less
# than finding out in several turns that it is needed. Of few, the first turn costs little and mostly suffices. The
# result is the same.
MANY_CHANGED = 1_000
MANY_TORN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Articles (each standing for its copy group) that are grouped together, and what they border on."""

    kinds: Mapping[int, Kind]  # of all of them
    settled: tuple[tuple[int, ...], ...]  # full articles of stories elsewhere that guests may join or leave
    staying: Mapping[int, tuple[int, ...]]  # guests that stay in such a story, by its first full article

    def grown(self) -> Ids:
        """Return what is grouped again: all but the settled."""
        elsewhere = {one for story in self.settled for one in story}
        return as_ids(one for one in self.kinds if one not in elsewhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """What grouping again found: stories of representatives, and all articles of their copy groups."""

    stories: list[tuple[int, ...]]
    groups: Groups


def regroup(con: DuckDBPyConnection, changed: Ids, about: Ids, decisions: Decisions) -> Regrouped:
    """Group again whatever representatives the change of `changed` may concern, and write the trees.

    `changed` and `about` stand for their copy groups; the stories of `about` are part of the answer in any case.
    """
    made = _Made()
    active = np.union1d(changed, id_column(folding.trees_of(con, changed), "article_id"))
    decided = decisions.decided_with(_stand_ins(con, decisions.ends()))
    near = _next_to(con, active)
    if len(active) > max(MANY_CHANGED, MANY_TORN * len(near)):
        mates = id_column(folding.trees_of(con, near), "article_id")
        active = np.union1d(np.union1d(active, near), mates)
        near = _next_to(con, active)
    while True:
        scope = _scope_around(con, made, np.union1d(np.union1d(active, near), about), decided)
        forest, groups = _grow(con, scope, decisions)
        former = _tree_names(folding.trees_of(con, scope.grown()))
        inside = set(active.tolist())
        still = {article: tree for article, tree in former.items() if article not in inside}
        torn = forest.torn(still)
        if len(active) > MANY_CHANGED and len(torn) > MANY_TORN * len(set(still.values())):
            active = np.union1d(active, as_ids(still))
        else:
            _write_trees(con, forest, former)
            made.add(scope, forest, groups)
            apart = as_ids(article for article, tree in still.items() if tree in torn)
            beyond = np.setdiff1d(_next_to(con, apart), scope.grown())
            if not len(beyond):
                return Regrouped(stories=list(made.stories.values()), groups=made.groups)
            active, about = id_column(folding.trees_of(con, beyond), "article_id"), as_ids(())
        near = _next_to(con, active)


def _next_to(con: DuckDBPyConnection, ids: Ids) -> Ids:
    return folding.neighbours(con, ids, folding.STORY_RELATIONS)


class _Made:
    """What was made so far: stories of representatives, in place of those that the database has, and copy groups."""

    def __init__(self) -> None:
        self.stories: dict[int, tuple[int, ...]] = {}  # by their first articles
        self.groups = Groups(members={}, articles={})
        self._first_of: dict[int, int] = {}  # of the story that an article is in

    def add(self, scope: Scope, forest: Forest, groups: Groups) -> None:
        """Put what was grown in place of what was there of it."""
        self.groups = Groups(
            members={**self.groups.members, **groups.members},
            articles={**self.groups.articles, **groups.articles},
        )
        whole = [
            (*story, *(guest for one in story for guest in scope.staying.get(one, ())))
            for story in forest.stories
        ]
        for article in (article for story in whole for article in story):
            self.stories.pop(self._first_of.get(article, article), None)
        for story in whole:
            self.stories[story[0]] = story
            self._first_of.update(dict.fromkeys(story, story[0]))

    def stories_of(self, con: DuckDBPyConnection, ids: Ids) -> list[Sequence[int]]:
        """Return every story that any of `ids` is in, whole."""
        rows, made = self._find(con, ids)
        return [*stories_in(rows).values(), *made]

    def mates_of(self, con: DuckDBPyConnection, ids: Ids) -> Ids:
        """Return everything that is in one story with any of `ids`."""
        rows, made = self._find(con, ids)
        return np.union1d(id_column(rows, "article_id"), as_ids(one for story in made for one in story))

    def _find(self, con: DuckDBPyConnection, ids: Ids) -> tuple[pa.Table, list[tuple[int, ...]]]:
        known = {one: self._first_of[one] for one in ids.tolist() if one in self._first_of}
        others = as_ids(one for one in ids.tolist() if one not in known) if known else ids
        return folding.reports_of_stories(con, others), [self.stories[one] for one in {*known.values()}]


def _stand_ins(con: DuckDBPyConnection, articles: Iterable[int]) -> dict[int, int]:
    """Return the article that stands for the copy group of each one that has a group."""
    groups = groups_of(folding.copy_groups(con, as_ids(articles)))
    return {article: groups.members[article] for article in articles if article in groups.members}


def groups_of(rows: pa.Table) -> Groups:
    """Read copy groups from rows of article_id, copy_group_id, is_representative, ordered by group."""
    ids, numbers = id_column(rows, "article_id"), id_column(rows, "copy_group_id")
    starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1]))[: len(ids)])
    ends = np.append(starts, len(ids))[1:]
    leads = np.flatnonzero(rows.column("is_representative").to_numpy())
    stands = ids[ends - 1]
    stands[np.searchsorted(starts, leads, side="right") - 1] = ids[leads]
    listed, spans = ids.tolist(), zip(stands.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return Groups(
        members=dict(zip(listed, np.repeat(stands, ends - starts).tolist(), strict=True)),
        articles={one: tuple(listed[start:end]) for one, start, end in spans},
    )


def _scope_around(con: DuckDBPyConnection, made: _Made, near: Ids, decided: Mapping[int, list[int]]) -> Scope:
    """Complete what is near a change: whole trees, whole stories, what people decided, guests and their other hosts."""
    part = near
    while True:
        part = _closed(con, made, part, decided)
        kinds = folding.article_kinds(con, part)
        beside = _next_to(con, _where(kinds, _is_full))
        guests = np.union1d(_where(kinds, _is_guest), _where(folding.article_kinds(con, beside), _is_guest))
        hosts = np.setdiff1d(_next_to(con, guests), part)
        stories = made.stories_of(con, np.union1d(np.setdiff1d(guests, part), hosts))
        bound = [one for story in stories for one in story if one in decided]
        if not bound:
            break
        part = np.union1d(part, as_ids(bound))
    kinds |= folding.article_kinds(con, np.union1d(guests, as_ids(one for story in stories for one in story)))
    settled, staying = [], {}
    for story in stories:
        full = tuple(one for one in story if _is_full(kinds[one]))
        if full:
            settled.append(full)
            staying[full[0]] = tuple(one for one in story if _is_guest(kinds[one]) and one not in guests)
    known = {*part.tolist(), *guests.tolist(), *(one for story in settled for one in story)}
    return Scope(
        kinds={one: kind for one, kind in kinds.items() if one in known},
        settled=tuple(settled),
        staying=staying,
    )


def _closed(con: DuckDBPyConnection, made: _Made, part: Ids, decided: Mapping[int, list[int]]) -> Ids:
    while True:
        bound = as_ids(other for one in part.tolist() for other in decided.get(one, ()))
        mates = id_column(folding.trees_of(con, part), "article_id")
        stories = made.mates_of(con, part)
        wider = np.unique(np.concatenate((part, bound, mates, stories)))
        if len(wider) == len(part):
            return part
        part = wider


def stories_in(rows: pa.Table) -> dict[int, list[int]]:
    """Read stories from rows of story_id, article_id: the articles of each, in the order of the rows."""
    stories: dict[int, list[int]] = {}
    for story, article in zip(
        id_column(rows, "story_id").tolist(), id_column(rows, "article_id").tolist(), strict=True
    ):
        stories.setdefault(story, []).append(article)
    return stories


def _grow(con: DuckDBPyConnection, scope: Scope, decisions: Decisions) -> tuple[Forest, Groups]:
    links = folding.links_touching(con, scope.grown(), folding.STORY_RELATIONS)
    staying = (one for some in scope.staying.values() for one in some)
    groups = groups_of(folding.copy_groups(con, as_ids({*scope.kinds, *staying})))
    return grow_from(links, scope.kinds, groups, decisions, settled=scope.settled), groups


def grow_from(
    links: pa.Table,
    kinds: Mapping[int, Kind],
    groups: Groups,
    decisions: Decisions,
    threshold: float = THRESHOLD,
    settled: Sequence[Sequence[int]] = (),
) -> Forest:
    """Grow what stored links and people's decisions make of representatives (the keys of `kinds`)."""
    stands_for = {article: one for article, one in groups.members.items() if one in kinds}
    return grow_bound(
        kinds,
        Links(id_column(links, "article_a"), id_column(links, "article_b"), links.column("score").to_numpy()),
        decisions.between(stands_for, "must_link"),
        decisions.between(stands_for, "cannot_link"),
        threshold,
        settled,
    )


def _write_trees(con: DuckDBPyConnection, forest: Forest, former: Mapping[int, int]) -> None:
    now = {article: tree[0] for tree in forest.trees for article in tree}
    moved = as_ids(
        article for article in now.keys() | former.keys() if now.get(article) != former.get(article)
    )
    folding.delete_rows(con, "trees", "article_id", moved)
    kept = [article for article in moved.tolist() if article in now]
    folding.insert_rows(
        con, "trees", {"article_id": as_ids(kept), "tree_id": as_ids(now[article] for article in kept)}
    )


def _tree_names(rows: pa.Table) -> dict[int, int]:
    return dict(zip(id_column(rows, "article_id").tolist(), id_column(rows, "tree_id").tolist(), strict=True))


def _where(kinds: Mapping[int, Kind], asked: Callable[[Kind], bool]) -> Ids:
    return np.sort(as_ids(one for one, kind in kinds.items() if asked(kind)))


def _is_guest(kind: Kind) -> bool:
    return kind in ATTACHING


def _is_full(kind: Kind) -> bool:
    return kind not in ATTACHING and kind not in STANDING_APART
