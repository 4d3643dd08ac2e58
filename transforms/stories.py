"""Which articles tell one story: scored links in, groups of ids out; deterministic and free of chains."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.pairs import THRESHOLD
from transforms.types import Kind

# May join a story but are no reason to join two: each attaches to the one story that it fits best.
ATTACHING: Final = frozenset({Kind.LIVE_BLOG, Kind.ROUND_UP})
# Tell nothing by themselves; only a person can put them into a story.
STANDING_APART: Final = frozenset({Kind.STUB, Kind.INDEX})
# Scores are summed as whole millionths, so that no order of adding can change a sum.
_SCALE: Final = 1_000_000

# The figures below decide where the tree of an average linkage is cut. They were chosen on the tuning sets together;
# docs/decisions/0021 has the table.
#
# A group is a story when its inner similarity stands out by MARGIN from OUTSIDE times the similarity to what it would
# be merged with next. OUTSIDE 0 is a plain threshold; 1 asks for a gap alone. Dense topics need the gap, lone pairs
# the plain threshold.
MARGIN: Final = 0.14
OUTSIDE: Final = 0.6
# Similarity to the outside that is granted where none is known.
OUTSIDE_LEAST: Final = 0.08
# Two groups that are stories in their own right stay apart when the similarity between them is below COHESION times
# that within them. A smaller group of 1 + COHESION_DOUBT members halves the demand: one stray report proves no story.
COHESION: Final = 1.0
COHESION_DOUBT: Final = 0.5

Pair = tuple[int, int]
_Offer = tuple[float, int, int, int]  # minus the mean, the smaller and larger group, whose offer it is


@dataclass(frozen=True, slots=True)
class Links:
    """Scored pairs of article ids, each pair once, as columns. Pairs that are not listed count as score 0."""

    a: npt.NDArray[np.uint64]
    b: npt.NDArray[np.uint64]
    score: npt.NDArray[np.float32]


@dataclass(slots=True)
class _Group:
    """A node of the merge tree. `inner` sums the scores of all `pairs` pairs within, in millionths."""

    first: int  # its smallest id
    size: int = 1  # articles; what people have linked counts once
    inner: int = 0
    pairs: int = 0
    height: float = 1.0  # mean score between its two parts
    outside: float = 0.0  # mean score at which it was merged into something larger
    parts: tuple[_Group, _Group] | None = None
    members: list[int] = field(default_factory=list)

    def mean(self) -> float:
        return self.inner / (self.pairs * _SCALE) if self.pairs else 0.0


def cluster(
    ids: Sequence[int] | npt.NDArray[np.uint64],
    kinds: Sequence[Kind],
    links: Links,
    must_links: Iterable[Pair] = (),
    cannot_links: Iterable[Pair] = (),
    threshold: float = THRESHOLD,
) -> list[list[int]]:
    """Group articles by average linkage over sparse links; every id comes back in exactly one group.

    Groups are compared by the mean of squared scores, which weighs strong links more than many weak ones.
    Within each connected component over `links >= threshold` and must-links a tree is built by merging the two groups
    with the highest mean over all pairs between them (UPGMA, Sokal & Michener 1958; missing pairs count 0, ties
    go by smallest ids), and cut from the top where a group stands out from its surroundings (see MARGIN). Links below
    the threshold are evidence inside a component only, so a component can be grouped alone with the same result.

    Must-linked articles stay together; a cannot-link forbids every merge that would unite its two articles, and
    yields only to a chain of must-links. Groups and their members ascend by id.
    """
    kind_of = {int(number): kind for number, kind in zip(ids, kinds, strict=True)}
    group_of = _contract(sorted(kind_of), must_links)
    groups: dict[int, _Group] = {}
    for name in sorted(kind_of):
        groups.setdefault(group_of[name], _Group(first=group_of[name])).members.append(name)
    role = {number: _role([kind_of[name] for name in group.members]) for number, group in groups.items()}
    sums = _sum_links(group_of, role, links, threshold)
    apart = _forbid(group_of, cannot_links)
    trees = _grow([groups[number] for number in sorted(groups) if role[number] == "join"], sums, apart)
    stories = [_leaves(story) for tree in trees for story in _cut(tree, threshold)]
    _attach(
        [groups[number] for number in sorted(groups) if role[number] == "attach"],
        stories,
        sums,
        apart,
        threshold,
    )
    stories += [[group] for number, group in groups.items() if role[number] == "apart"]
    return sorted(sorted(name for group in story for name in group.members) for story in stories)


def _contract(names: Sequence[int], must_links: Iterable[Pair]) -> dict[int, int]:
    """Return the smallest must-linked id for every id."""
    parent = {name: name for name in names}
    for a, b in must_links:
        if a in parent and b in parent:
            low, high = sorted((_root(parent, a), _root(parent, b)))
            parent[high] = low
    return {name: _root(parent, name) for name in names}


def _root(parent: dict[int, int], name: int) -> int:
    while parent[name] != name:
        parent[name] = parent[parent[name]]
        name = parent[name]
    return name


def _role(kinds: Sequence[Kind]) -> str:
    """Say whether a group joins, attaches or stands apart; one full article (or a person's link) makes it join."""
    if any(kind not in ATTACHING and kind not in STANDING_APART for kind in kinds):
        return "join"
    return "attach" if any(kind in ATTACHING for kind in kinds) else "apart"


def _sum_links(
    group_of: dict[int, int], role: dict[int, str], links: Links, threshold: float
) -> dict[int, dict[int, int]]:
    """Return the summed scores between groups, without those that would reach from one component into another."""
    least = round(threshold * threshold * _SCALE)
    component = {number: number for number in role}
    known: list[tuple[int, int, int]] = []
    reached: set[Pair] = set()
    scores = np.rint(links.score.astype(np.float64) ** 2 * _SCALE).astype(np.int64)
    for a, b, score in zip(links.a.tolist(), links.b.tolist(), scores.tolist(), strict=True):
        if a not in group_of or b not in group_of or group_of[a] == group_of[b]:
            continue
        left, right = group_of[a], group_of[b]
        known.append((left, right, score))
        if score >= least:
            reached |= {(left, right), (right, left)}
            if role[left] == role[right] == "join":
                low, high = sorted((_root(component, left), _root(component, right)))
                component[high] = low
    # Something that attaches belongs to every component that it reaches with a full link.
    reached = {(a, _root(component, b)) for a, b in reached}
    sums: dict[int, dict[int, int]] = {number: {} for number in role}
    for left, right, score in known:
        home, other = _root(component, left), _root(component, right)
        if home == other or (left, other) in reached or (right, home) in reached:
            sums[left][right] = sums[left].get(right, 0) + score
            sums[right][left] = sums[right].get(left, 0) + score
    return sums


def _forbid(group_of: dict[int, int], cannot_links: Iterable[Pair]) -> dict[int, set[int]]:
    apart: dict[int, set[int]] = {}
    for a, b in cannot_links:
        if a in group_of and b in group_of and group_of[a] != group_of[b]:
            apart.setdefault(group_of[a], set()).add(group_of[b])
            apart.setdefault(group_of[b], set()).add(group_of[a])
    return apart


def _grow(
    leaves: Sequence[_Group], links: dict[int, dict[int, int]], forbidden: dict[int, set[int]]
) -> list[_Group]:
    """Merge groups, best mean first, until nothing is linked any more; return the trees that remain.

    The heap holds the best partner of every group. A merge never raises a mean towards a third group (average linkage
    is reducible), so an entry that has gone stale only promises too much: it is worked out anew when its turn comes.
    """
    alive = {leaf.first: leaf for leaf in leaves}
    sums = {a: {b: total for b, total in links[a].items() if b in alive} for a in alive}
    apart = {a: set(forbidden[a]) for a in alive if a in forbidden}

    def best_of(a: int) -> _Offer | None:
        size, barred = alive[a].size, apart.get(a, ())
        offers = (
            (-total / (size * alive[b].size), a if a < b else b, b if a < b else a, a)
            for b, total in sums[a].items()
            if b not in barred
        )
        return min(offers, default=None)

    heap = [offer for offer in map(best_of, alive) if offer is not None]
    heapq.heapify(heap)
    while heap:
        offer = heapq.heappop(heap)
        height, a, b, owner = offer
        if owner not in alive:
            continue
        fresh = best_of(owner)
        if fresh is None:
            continue
        if fresh != offer:
            heapq.heappush(heap, fresh)
            continue
        alive[a] = _merge(alive[a], alive.pop(b), sums[a][b], -height / _SCALE)
        _move(a, b, sums, apart)
        merged = best_of(a)
        if merged is not None:
            heapq.heappush(heap, merged)
    return list(alive.values())


def _merge(a: _Group, b: _Group, between: int, height: float) -> _Group:
    a.outside = b.outside = height
    return _Group(
        first=min(a.first, b.first),
        size=a.size + b.size,
        inner=a.inner + b.inner + between,
        pairs=a.pairs + b.pairs + a.size * b.size,
        height=height,
        parts=(a, b),
    )


def _move(a: int, b: int, sums: dict[int, dict[int, int]], apart: dict[int, set[int]]) -> None:
    """Give everything that group b knows of others to group a."""
    for other, total in sums.pop(b).items():
        del sums[other][b]
        if other != a:
            sums[a][other] = sums[a].get(other, 0) + total
            sums[other][a] = sums[a][other]
    for other in apart.pop(b, set()):
        apart.setdefault(other, set()).discard(b)
        apart[other].add(a)
        apart.setdefault(a, set()).add(other)


def _cut(tree: _Group, threshold: float) -> list[_Group]:
    """Return the largest parts of a tree that stand out as stories; a leaf always does."""
    found: list[_Group] = []
    open_parts = [tree]
    while open_parts:
        part = open_parts.pop()
        if part.parts is None or _stands_out(part, threshold):
            found.append(part)
        else:
            open_parts += part.parts
    return found


def _stands_out(part: _Group, threshold: float) -> bool:
    """Say whether a merged group is one story: similar inside, less so to the outside, and not two stories in one."""
    if part.height < threshold * threshold or part.parts is None:
        return False
    if not _is_clear(part.height, part.outside):
        return False
    a, b = part.parts
    proof = min(a.size, b.size) - 1
    demand = COHESION * proof / (proof + COHESION_DOUBT)
    return part.height >= demand * sqrt(a.mean() * b.mean())


def _is_clear(inside: float, outside: float) -> bool:
    return inside - OUTSIDE * max(outside, OUTSIDE_LEAST) >= MARGIN


def _leaves(tree: _Group) -> list[_Group]:
    found: list[_Group] = []
    open_parts = [tree]
    while open_parts:
        part = open_parts.pop()
        if part.parts is None:
            found.append(part)
        else:
            open_parts += part.parts
    return found


def _attach(
    attaching: Sequence[_Group],
    stories: list[list[_Group]],
    sums: dict[int, dict[int, int]],
    apart: dict[int, set[int]],
    threshold: float,
) -> None:
    """Put what attaches into the one story it clearly fits, judged on stories as they are before any attaches."""
    home = {leaf.first: place for place, story in enumerate(stories) for leaf in story}
    sizes = [sum(leaf.size for leaf in story) for story in stories]
    first = [min(leaf.first for leaf in story) for story in stories]
    guests: dict[int, list[int]] = {}
    for group in attaching:
        total: dict[int, int] = {}
        for other, score in sums[group.first].items():
            if other in home:
                total[home[other]] = total.get(home[other], 0) + score
        fits = sorted(
            (-score / (sizes[at] * group.size * _SCALE), first[at], at) for at, score in total.items()
        )
        outside = -fits[1][0] if len(fits) > 1 else 0.0
        rivals = apart.get(group.first, set())
        if fits and -fits[0][0] >= threshold and _is_clear(-fits[0][0], outside):
            at = fits[0][2]
            if rivals.isdisjoint(leaf.first for leaf in stories[at]) and rivals.isdisjoint(
                guests.get(at, ())
            ):
                guests.setdefault(at, []).append(group.first)
                continue
        stories.append([group])
    by_name = {group.first: group for group in attaching}
    for at, names in guests.items():
        stories[at] += [by_name[name] for name in names]
