"""Let people win: what they bound together and set apart, against copy groups and against scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from transforms import kernel
from transforms.linkage import gather
from transforms.pairs import THRESHOLD
from transforms.stories import ATTACHING, Forest, Links, grow_forest
from transforms.types import Kind

Pair = tuple[int, int]
ScoredPair = tuple[int, int, float]


class _Sets:
    """Disjoint sets of ids, named by their smallest member, with sets that must never become one."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._parent = {item: item for item in ids}
        self._apart: dict[int, set[int]] = {}

    def root(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def forbid(self, a: int, b: int) -> None:
        """Keep two sets apart from now on; nothing happens when they are one already."""
        a, b = self.root(a), self.root(b)
        if a != b:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def unite(self, a: int, b: int) -> bool:
        """Make two sets one; False when they must stay apart."""
        a, b = sorted((self.root(a), self.root(b)))
        if a == b:
            return True
        if b in self._apart.get(a, ()):
            return False
        self._parent[b] = a
        for enemy in self._apart.pop(b, set()):
            self._apart[enemy].discard(b)
            self._apart[enemy].add(a)
            self._apart.setdefault(a, set()).add(enemy)
        return True


def split_forbidden(
    groups: Sequence[Sequence[int]], links: Iterable[ScoredPair], must: Iterable[Pair], cannot: Iterable[Pair]
) -> list[list[int]]:
    """Split copy groups so that no forbidden pair is held together by copy groups and must-links.

    A copy group goes into a story whole, so a pair can be united without a link of its own: its two articles are
    copies of two that someone linked. Groups without such a conflict come back as they are. Within the others the
    links (a, b, score) are taken again, strongest first, as in Kruskal's algorithm, leaving out those that would unite
    what is forbidden; must-links hold before all. The result depends on the sets alone. Groups and members ascend.
    """
    ids = {item for group in groups for item in group}
    bound = [(a, b) for a, b in must if a in ids and b in ids]
    apart = [(a, b) for a, b in cannot if a in ids and b in ids]
    together = _Sets(ids)
    for a, b in [*bound, *((group[0], item) for group in groups for item in group)]:
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
    stories, copies = _Sets(again), _Sets(again)
    for a, b in bound:
        if a in again:
            stories.unite(a, b)
    for a, b in apart:
        if a in again and b in again:
            stories.forbid(a, b)
    inside = [(-score, a, b) for a, b, score in links if a in again and again[a] == again.get(b)]
    for _, a, b in sorted(inside):
        if stories.unite(a, b):
            copies.unite(a, b)
    finer: dict[int, list[int]] = {}
    for item in sorted(again):
        finer.setdefault(copies.root(item), []).append(item)
    return sorted([*kept, *finer.values()])


def grow_bound(
    kinds: Mapping[int, Kind],
    links: Links,
    must: Sequence[Pair],
    cannot: Sequence[Pair],
    threshold: float = THRESHOLD,
    settled: Sequence[Sequence[int]] = (),
) -> Forest:
    """Group the articles (the keys of `kinds`) by scores, then make one story of the stories that people linked.

    A must-link between two articles unites their whole stories: binding the two first would thin out the means of
    linkage and drive other reports away. Where united stories hold a pair that was set apart, all of theirs are grouped
    again with the two bound from the start. A live blog or round-up that people linked goes where they put it, and
    takes nothing along. The result depends on the sets alone. The trees are those that the scores made; what people
    linked is not among the `settled` stories (see `grow_forest`).
    """
    if not must:
        ids = sorted(kinds)
        return grow_forest(ids, [kinds[one] for one in ids], links, (), cannot, threshold, settled)
    moved = {one for pair in must for one in pair if kinds[one] in ATTACHING}
    forest = _regroup(set(kinds) - moved, kinds, links, (), cannot, threshold, settled)
    united = _Sets(kinds)
    for a, b in [*must, *((story[0], one) for story in forest.stories for one in story)]:
        united.unite(a, b)
    conflicted = {united.root(a) for a, b in cannot if united.root(a) == united.root(b)}
    whole: dict[int, list[int]] = {}
    for one in sorted(kinds):
        whole.setdefault(united.root(one), []).append(one)
    found: list[list[int]] = []
    for root, members in whole.items():
        if root in conflicted:
            those = np.array(members, np.uint64)
            inside = np.isin(links.a, those) & np.isin(links.b, those)
            found += _regroup(set(members), kinds, _chosen(links, inside), must, cannot, threshold).stories
        else:
            found.append(members)
    return Forest(forest.trees, sorted(found), forest.merges)


def _regroup(
    chosen: set[int],
    kinds: Mapping[int, Kind],
    links: Links,
    must: Sequence[Pair],
    cannot: Sequence[Pair],
    threshold: float,
    settled: Sequence[Sequence[int]] = (),
) -> Forest:
    ids = np.sort(np.fromiter(chosen, np.uint64))
    left_out = np.sort(np.fromiter(kinds.keys() - chosen, np.uint64))
    known = ~np.isin(links.a, left_out) & ~np.isin(links.b, left_out)
    return grow_forest(
        ids,
        [kinds[one] for one in ids.tolist()],
        _chosen(links, known),
        [(a, b) for a, b in must if a in chosen and b in chosen],
        [(a, b) for a, b in cannot if a in chosen and b in chosen],
        threshold,
        settled,
    )


def _chosen(links: Links, mask: npt.NDArray[np.bool_]) -> Links:
    return Links(links.a[mask], links.b[mask], links.score[mask])


def components(
    ids: npt.NDArray[np.uint64], a: npt.NDArray[np.uint64], b: npt.NDArray[np.uint64]
) -> list[npt.NDArray[np.uint64]]:
    """Cut ascending ids into connected components over edges; ends that are not among the ids are left out.

    Components come by their smallest id, each ascending.
    """
    known = np.isin(a, ids) & np.isin(b, ids)
    left, right = np.searchsorted(ids, a[known]), np.searchsorted(ids, b[known])
    return gather(ids, kernel.components(len(ids), left, right))
