"""Which articles a change can regroup: changed articles in, everything that has to be grouped again out.

Stories are cut out of dendrograms of average linkage. A dendrogram in which nothing changed and that has no accepted
link to a change stays as it is, since merging never raises the mean towards a third group (the linkage is reducible).
So the dendrograms next to a change are built again. Where one of those is invalidated (no longer a subtree of what was
built), the dendrograms linked to it that were not built again count as changed in the next turn; and so on, until none
is invalidated: what an invalidated dendrogram can change merges lower than what invalidated it. Attached articles (live
blogs, round-ups) belong to no dendrogram. Those next to what was built choose their story again, among it and fixed
stories elsewhere, which stay as they are but for the attached articles that join or leave them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.fold.copies import as_ids
from flows.fold.decisions_in_force import Decisions
from flows.fold.story_rows import Groups
from transforms.kernel.sorted_sets import difference, distinct, union
from transforms.stories.clustering import ATTACHED_KINDS, EXCLUDED_KINDS, Facts, Grouping, Links
from transforms.stories.must_and_cannot_links import group_with_decisions
from transforms.stories.story_model import MODEL
from transforms.types import Kind
from warehouse import folding_evidence, folding_facts, folding_stories, folding_tables
from warehouse.folding_tables import Ids, id_column

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

# Where more articles than this changed, and they are more than that share of what is next to them or more than that
# share of the dendrograms next to them are invalidated, all next to them count as changed: one wider turn costs less
# than several that find out that it is needed. Of few changes, the first turn costs little and mostly suffices. The
# result is the same.
MANY_CHANGED = 1_000
MANY_INVALIDATED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Articles (each the representative of its copy group) to group together, and fixed stories beside them.

    `kinds` has all of them with their kinds. A story of `fixed` keeps its full articles; attached articles (live blogs,
    round-ups, digests) may join or leave it. `kept_attached` are those that stay in a fixed story, by its first full
    article.
    """

    kinds: Mapping[int, Kind]  # of all of them
    fixed: tuple[
        tuple[int, ...], ...
    ]  # full articles of stories elsewhere that attached articles may join or leave
    # attached articles that stay in a fixed story, by its first full article
    kept_attached: Mapping[int, tuple[int, ...]]

    def regrouped(self) -> Ids:
        """Return the articles that are grouped again: all of `kinds` but those of fixed stories."""
        elsewhere = {article for story in self.fixed for article in story}
        return as_ids(article for article in self.kinds if article not in elsewhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """The result of `regroup`: stories as ids of representatives, and the copy groups of all of these."""

    stories: list[tuple[int, ...]]
    groups: Groups


def regroup(con: DuckDBPyConnection, changed: Ids, about: Ids, decisions: Decisions) -> Regrouped:
    """Group again all representatives that a change may concern, by average linkage, and write their dendrograms.

    `changed` (whose links, text or decisions changed) and `about` are representatives of copy groups; the stories of
    `about` are part of the result in any case. Returns whole stories of representatives, fixed ones that attached
    articles may have joined or left included, in no particular order, and their copy groups. Writes `trees` in the
    caller's transaction; stories are left to `write_stories`.
    """
    results = _Found()
    active = union(changed, id_column(folding_evidence.dendrograms_of(con, changed), "article_id"))
    decided = decisions.decided_with(_representatives_of(con, decisions.ends()))
    near = _next_to(con, active)
    if len(active) > max(MANY_CHANGED, MANY_INVALIDATED * len(near)):
        mates = id_column(folding_evidence.dendrograms_of(con, near), "article_id")
        active = union(union(active, near), mates)
        near = _next_to(con, active)
    while True:
        scope = _scope_around(con, results, union(union(active, near), about), decided)
        grouping, groups = _group(con, scope, decisions)
        former = _dendrogram_names(folding_evidence.dendrograms_of(con, scope.regrouped()))
        inside = set(active.tolist())
        unchanged = {article: name for article, name in former.items() if article not in inside}
        invalidated = grouping.invalidated(unchanged)
        if len(active) > MANY_CHANGED and len(invalidated) > MANY_INVALIDATED * len(set(unchanged.values())):
            active = union(active, as_ids(unchanged))
        else:
            _write_dendrograms(con, grouping, former)
            results.add(scope, grouping, groups)
            loose = as_ids(article for article, name in unchanged.items() if name in invalidated)
            beyond = difference(_next_to(con, loose), scope.regrouped())
            if not len(beyond):
                return Regrouped(stories=list(results.stories.values()), groups=results.groups)
            active, about = id_column(folding_evidence.dendrograms_of(con, beyond), "article_id"), as_ids(())
        near = _next_to(con, active)


def _next_to(con: DuckDBPyConnection, ids: Ids) -> Ids:
    return folding_evidence.neighbours(con, ids, folding_tables.STORY_RELATIONS)


class _Found:
    """Results so far: stories of representatives, in place of those in the database, and their copy groups."""

    def __init__(self) -> None:
        self.stories: dict[int, tuple[int, ...]] = {}  # by their first articles
        self.groups = Groups(members={}, articles={})
        self._first_of: dict[int, int] = {}  # of the story that an article is in

    def add(self, scope: Scope, grouping: Grouping, groups: Groups) -> None:
        """Add the stories of a grouping; each former story that shares an article with one of them is dropped."""
        self.groups = Groups(
            members={**self.groups.members, **groups.members},
            articles={**self.groups.articles, **groups.articles},
        )
        whole = [
            (*story, *(attached_id for one in story for attached_id in scope.kept_attached.get(one, ())))
            for story in grouping.stories
        ]
        for article in (article for story in whole for article in story):
            self.stories.pop(self._first_of.get(article, article), None)
        for story in whole:
            self.stories[story[0]] = story
            self._first_of.update(dict.fromkeys(story, story[0]))

    def stories_of(self, con: DuckDBPyConnection, ids: Ids) -> list[Sequence[int]]:
        """Return the whole stories (of representatives) that any of `ids` is in, as found so far, else as stored."""
        rows, made = self._find(con, ids)
        return [*stories_in(rows).values(), *made]

    def mates_of(self, con: DuckDBPyConnection, ids: Ids) -> Ids:
        """Return every representative in one story with any of `ids`, ascending, as grouped so far, else as stored."""
        rows, made = self._find(con, ids)
        return union(id_column(rows, "article_id"), as_ids(one for story in made for one in story))

    def _find(self, con: DuckDBPyConnection, ids: Ids) -> tuple[pa.Table, list[tuple[int, ...]]]:
        known = {one: self._first_of[one] for one in ids.tolist() if one in self._first_of}
        others = as_ids(one for one in ids.tolist() if one not in known) if known else ids
        return folding_stories.reports_of_stories(con, others), [
            self.stories[one] for one in {*known.values()}
        ]


def _representatives_of(con: DuckDBPyConnection, articles: Iterable[int]) -> dict[int, int]:
    """Return the representative of the copy group of each article that has one."""
    groups = groups_of(folding_evidence.copy_groups(con, as_ids(articles)))
    return {article: groups.members[article] for article in articles if article in groups.members}


def groups_of(rows: pa.Table) -> Groups:
    """Return copy groups from rows of article_id, copy_group_id, is_representative, ordered by group and article.

    A group without a representative among its rows is represented by its last article. No rows give no groups.
    """
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


def _scope_around(
    con: DuckDBPyConnection, results: _Found, near: Ids, decided: Mapping[int, list[int]]
) -> Scope:
    """Complete what is near a change: whole dendrograms and stories, decided pairs, attached articles and stories."""
    part = near
    while True:
        part = _closed(con, results, part, decided)
        kinds = folding_facts.article_kinds(con, part)
        beside = _next_to(con, _where(kinds, _is_full))
        attached = union(
            _where(kinds, _is_attached), _where(folding_facts.article_kinds(con, beside), _is_attached)
        )
        hosts = difference(_next_to(con, attached), part)
        stories = results.stories_of(con, union(difference(attached, part), hosts))
        bound = [one for story in stories for one in story if one in decided]
        if not bound:
            break
        part = union(part, as_ids(bound))
    kinds |= folding_facts.article_kinds(
        con, union(attached, as_ids(one for story in stories for one in story))
    )
    fixed, kept_attached = [], {}
    for story in stories:
        full = tuple(one for one in story if _is_full(kinds[one]))
        if full:
            fixed.append(full)
            kept_attached[full[0]] = tuple(
                one for one in story if _is_attached(kinds[one]) and one not in attached
            )
    known = {*part.tolist(), *attached.tolist(), *(one for story in fixed for one in story)}
    return Scope(
        kinds={one: kind for one, kind in kinds.items() if one in known},
        fixed=tuple(fixed),
        kept_attached=kept_attached,
    )


def _closed(con: DuckDBPyConnection, results: _Found, part: Ids, decided: Mapping[int, list[int]]) -> Ids:
    while True:
        bound = as_ids(other for one in part.tolist() for other in decided.get(one, ()))
        mates = id_column(folding_evidence.dendrograms_of(con, part), "article_id")
        stories = results.mates_of(con, part)
        wider = distinct(np.concatenate((part, bound, mates, stories)))
        if len(wider) == len(part):
            return part
        part = wider


def stories_in(rows: pa.Table) -> dict[int, list[int]]:
    """Return {story_id: [article_id, …]} from rows of story_id, article_id, in their order; {} without rows."""
    stories: dict[int, list[int]] = {}
    for story, article in zip(
        id_column(rows, "story_id").tolist(), id_column(rows, "article_id").tolist(), strict=True
    ):
        stories.setdefault(story, []).append(article)
    return stories


def _group(con: DuckDBPyConnection, scope: Scope, decisions: Decisions) -> tuple[Grouping, Groups]:
    links = folding_evidence.links_touching(con, scope.regrouped(), folding_tables.STORY_RELATIONS)
    facts = folding_facts.grouping_facts(con, as_ids(scope.kinds))
    kept_attached = (one for some in scope.kept_attached.values() for one in some)
    groups = groups_of(folding_evidence.copy_groups(con, as_ids({*scope.kinds, *kept_attached})))
    return group_stored(links, scope.kinds, groups, decisions, facts, fixed=scope.fixed), groups


def group_stored(
    links: pa.Table,
    kinds: Mapping[int, Kind],
    groups: Groups,
    decisions: Decisions,
    facts: pa.Table,
    threshold: float = MODEL.threshold,
    fixed: Sequence[Sequence[int]] = (),
) -> Grouping:
    """Group representatives (the keys of `kinds`) by average linkage over stored links and people's decisions.

    `links` has article_a, article_b, score; `facts` has article_id, words, first_day, last_day (`grouping_facts`).
    `groups` maps articles to representatives, since decisions are about articles. `threshold` is the score of a pair
    from which on articles are one story; `fixed` are other stories, which only attached articles join. Writes nothing.
    """
    stands_for = {article: one for article, one in groups.members.items() if one in kinds}
    return group_with_decisions(
        kinds,
        Links(
            id_column(links, "article_a"),
            id_column(links, "article_b"),
            links.column("score").to_numpy(),
        ),
        decisions.between(stands_for, "must_link"),
        decisions.between(stands_for, "cannot_link"),
        threshold,
        fixed,
        _read_facts(facts),
    )


def _read_facts(rows: pa.Table) -> dict[int, Facts]:
    columns = [rows.column(name).to_pylist() for name in ("words", "first_day", "last_day")]
    ids = id_column(rows, "article_id").tolist()
    return {
        article: Facts(words, math.nan if first is None else first, math.nan if last is None else last)
        for article, words, first, last in zip(ids, *columns, strict=True)
    }


def _write_dendrograms(con: DuckDBPyConnection, grouping: Grouping, former: Mapping[int, int]) -> None:
    now = {article: tree[0] for tree in grouping.dendrograms for article in tree}
    moved = as_ids(
        article for article in now.keys() | former.keys() if now.get(article) != former.get(article)
    )
    folding_tables.delete_rows(con, "trees", "article_id", moved)
    kept = [article for article in moved.tolist() if article in now]
    folding_tables.insert_rows(
        con, "trees", {"article_id": as_ids(kept), "tree_id": as_ids(now[article] for article in kept)}
    )


def _dendrogram_names(rows: pa.Table) -> dict[int, int]:
    return dict(zip(id_column(rows, "article_id").tolist(), id_column(rows, "tree_id").tolist(), strict=True))


def _where(kinds: Mapping[int, Kind], asked: Callable[[Kind], bool]) -> Ids:
    return np.sort(as_ids(one for one, kind in kinds.items() if asked(kind)))


def _is_attached(kind: Kind) -> bool:
    return kind in ATTACHED_KINDS


def _is_full(kind: Kind) -> bool:
    return kind not in ATTACHED_KINDS and kind not in EXCLUDED_KINDS
