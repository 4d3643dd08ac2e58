"""Decisions of people (must-links and cannot-links), applied to copy groups and to stories before any score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from transforms.kernel.disjoint_sets import DisjointSets
from transforms.kernel.sorted_sets import is_among
from transforms.stories.clustering import ATTACHED_KINDS, Facts, Grouping, Links, group_articles
from transforms.stories.story_model import MODEL
from transforms.types import Kind

Pair = tuple[int, int]
ScoredPair = tuple[int, int, float]


class _ConstrainedSets(DisjointSets):
    """Disjoint sets of which some must never become one."""

    def __init__(self, ids: Iterable[int]) -> None:
        super().__init__(ids)
        self._apart: dict[int, set[int]] = {}

    def forbid(self, a: int, b: int) -> None:
        """Keep two sets apart from now on; nothing happens when they are one already."""
        a, b = self.root(a), self.root(b)
        if a != b:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def may_unite(self, a: int, b: int) -> bool:
        """Return whether two sets need not stay apart."""
        return self.root(b) not in self._apart.get(self.root(a), ())

    def unite(self, a: int, b: int) -> bool:
        """Unite two sets into one, which stays apart from all sets that either had to stay apart from.

        Returns whether they were two.
        """
        kept, gone = sorted((self.root(a), self.root(b)))
        for enemy in self._apart.pop(gone, set()) if kept != gone else ():
            self._apart[enemy].discard(gone)
            self._apart[enemy].add(kept)
            self._apart.setdefault(kept, set()).add(enemy)
        return super().unite(a, b)


def split_forbidden(
    groups: Sequence[Sequence[int]], links: Iterable[ScoredPair], must: Iterable[Pair], cannot: Iterable[Pair]
) -> list[list[int]]:
    """Split copy groups so that no forbidden pair is joined by copy groups and must-links.

    A copy group goes into a story whole, so a pair can be united without a link of its own: its two articles are copies
    of two that someone linked. Groups without such a conflict come back as they are. Within the others the links (a, b,
    score) are added again, the highest score first, then the smaller ids, as in Kruskal's algorithm, leaving out those
    that would unite a forbidden pair; must-links come before all, even against a forbidden pair. Groups are disjoint
    and not empty; pairs with an id in none of them are ignored. Groups and members ascend; no groups give none.
    """
    ids = {item for group in groups for item in group}
    linked = [(a, b) for a, b in must if a in ids and b in ids]
    apart = [(a, b) for a, b in cannot if a in ids and b in ids]
    together = DisjointSets(ids)
    for a, b in [*linked, *((group[0], item) for group in groups for item in group)]:
        together.unite(a, b)
    conflicted = {together.root(a) for a, b in apart if together.root(a) == together.root(b)}
    kept = [sorted(group) for group in groups if together.root(group[0]) not in conflicted]
    if not conflicted:
        return sorted(kept)

    again = {
        item: number
        for number, group in enumerate(groups)
        for item in group
        if together.root(item) in conflicted
    }
    stories, copies = _ConstrainedSets(again), DisjointSets(again)
    for a, b in linked:
        if a in again:
            stories.unite(a, b)
    for a, b in apart:
        if a in again and b in again:
            stories.forbid(a, b)
    inside = [(-score, a, b) for a, b, score in links if a in again and again[a] == again.get(b)]
    for _, a, b in sorted(inside):
        if stories.may_unite(a, b):
            stories.unite(a, b)
            copies.unite(a, b)
    finer: dict[int, list[int]] = {}
    for item in sorted(again):
        finer.setdefault(copies.root(item), []).append(item)
    return sorted([*kept, *finer.values()])


def group_with_decisions(
    kinds: Mapping[int, Kind],
    links: Links,
    must: Sequence[Pair],
    cannot: Sequence[Pair],
    threshold: float = MODEL.threshold,
    fixed: Sequence[Sequence[int]] = (),
    facts: Mapping[int, Facts] | None = None,
) -> Grouping:
    """Group the articles (the keys of `kinds`) by scores, then unite the stories that people linked.

    A must-link between two articles unites their whole stories: linking the two before would lower the means of linkage
    and drive other reports away. Where united stories hold a pair that was set apart, all of their articles are grouped
    again, the linked pairs united first. A live blog, round-up or digest that people linked goes to the story of its
    partner and unites no stories. The result depends on the sets alone. The dendrograms are those of the scores alone.
    `threshold`, `fixed`, `facts` and the order are those of `group_articles`; articles that people linked must not be
    in the `fixed` stories. Raises KeyError for a must-link, or beside must-links a cannot-link, with an article that is
    not in `kinds`.
    """
    if not must:
        ids = sorted(kinds)
        return group_articles(ids, [kinds[one] for one in ids], links, (), cannot, threshold, fixed, facts)
    moved = {one for pair in must for one in pair if kinds[one] in ATTACHED_KINDS}
    grouping = _regroup(set(kinds) - moved, kinds, links, (), cannot, threshold, fixed, facts)
    united = DisjointSets(kinds)
    for a, b in [*must, *((story[0], one) for story in grouping.stories for one in story)]:
        united.unite(a, b)
    conflicted = {united.root(a) for a, b in cannot if united.root(a) == united.root(b)}
    whole: dict[int, list[int]] = {}
    for one in sorted(kinds):
        whole.setdefault(united.root(one), []).append(one)
    found: list[list[int]] = []
    for root, members in whole.items():
        if root in conflicted:
            those = np.array(members, np.uint64)  # ascending, as all of them were
            inside = is_among(links.a, those) & is_among(links.b, those)
            found += _regroup(
                set(members), kinds, links.chosen(inside), must, cannot, threshold, (), facts
            ).stories
        else:
            found.append(members)
    return Grouping(grouping.dendrograms, sorted(found), grouping.merges)


def _regroup(
    chosen: set[int],
    kinds: Mapping[int, Kind],
    links: Links,
    must: Sequence[Pair],
    cannot: Sequence[Pair],
    threshold: float,
    fixed: Sequence[Sequence[int]] = (),
    facts: Mapping[int, Facts] | None = None,
) -> Grouping:
    ids = np.sort(np.fromiter(chosen, np.uint64))
    left_out = np.sort(np.fromiter(kinds.keys() - chosen, np.uint64))
    known = ~is_among(links.a, left_out) & ~is_among(links.b, left_out)
    return group_articles(
        ids,
        [kinds[one] for one in ids.tolist()],
        links.chosen(known),
        [(a, b) for a, b in must if a in chosen and b in chosen],
        [(a, b) for a, b in cannot if a in chosen and b in chosen],
        threshold,
        fixed,
        facts,
    )
