"""Which articles tell one story: scored links in, groups of ids out; deterministic and free of chains."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Links:
    """Scored pairs of article ids, each pair once, as columns. Pairs that are not listed count as score 0."""

    a: npt.NDArray[np.uint64]
    b: npt.NDArray[np.uint64]
    score: npt.NDArray[np.float32]


def cluster(
    ids: Sequence[int] | npt.NDArray[np.uint64],
    kinds: Sequence[Kind],
    links: Links,
    must_links: Iterable[Pair] = (),
    cannot_links: Iterable[Pair] = (),
    threshold: float = THRESHOLD,
) -> list[list[int]]:
    """Group articles by average linkage over sparse links; every id comes back in exactly one group.

    Two groups merge while the mean score over all pairs between them reaches `threshold` (UPGMA, Sokal & Michener
    1958; missing pairs count 0), best mean first, ties by smallest ids. A mean that reaches the threshold needs one
    link that does, so connected components over `links >= threshold` and must-links can be grouped apart with the
    same result. Must-linked articles start as one group; a cannot-link forbids every merge that would unite its two
    articles, and yields only to a chain of must-links. Groups and their members ascend by id.
    """
    names = [int(number) for number in ids]
    kind_of = dict(zip(names, kinds, strict=True))
    group_of = _contract(names, must_links)
    members: dict[int, list[int]] = {}
    for name in sorted(names):
        members.setdefault(group_of[name], []).append(name)
    role = {group: _role([kind_of[name] for name in some]) for group, some in members.items()}
    sums = _sum_links(group_of, links)
    apart = _forbid(group_of, cannot_links)
    joining = {group for group, part in role.items() if part == "join"}
    merged = _agglomerate(joining, members, sums, apart, round(threshold * _SCALE))
    _attach(role, merged, members, sums, apart, round(threshold * _SCALE))
    return sorted(sorted(some) for some in members.values() if some)


def _contract(names: Sequence[int], must_links: Iterable[Pair]) -> dict[int, int]:
    """Return the smallest must-linked id for every id."""
    parent = {name: name for name in names}

    def root(name: int) -> int:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for a, b in must_links:
        if a in parent and b in parent:
            low, high = sorted((root(a), root(b)))
            parent[high] = low
    return {name: root(name) for name in names}


def _role(kinds: Sequence[Kind]) -> str:
    """Say whether a group joins, attaches or stands apart; one full article (or a person's link) makes it join."""
    if any(kind not in ATTACHING and kind not in STANDING_APART for kind in kinds):
        return "join"
    return "attach" if any(kind in ATTACHING for kind in kinds) else "apart"


def _sum_links(group_of: dict[int, int], links: Links) -> dict[int, dict[int, int]]:
    """Return for each group the summed scores towards every other group."""
    sums: dict[int, dict[int, int]] = {group: {} for group in set(group_of.values())}
    scores = np.rint(links.score.astype(np.float64) * _SCALE).astype(np.int64)
    for a, b, score in zip(links.a.tolist(), links.b.tolist(), scores.tolist(), strict=True):
        if a not in group_of or b not in group_of:
            continue
        left, right = group_of[a], group_of[b]
        if left != right:
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


def _agglomerate(
    joining: set[int],
    members: dict[int, list[int]],
    sums: dict[int, dict[int, int]],
    apart: dict[int, set[int]],
    threshold: int,
) -> dict[int, int]:
    """Merge groups in place, best mean first; return where each group that was merged away has gone."""
    gone: dict[int, int] = {}
    heap: list[tuple[float, int, int, int, int]] = []

    def offer(a: int, b: int) -> None:
        if a > b:
            a, b = b, a
        pairs = len(members[a]) * len(members[b])
        if sums[a][b] >= threshold * pairs and b not in apart.get(a, ()):
            heapq.heappush(heap, (-sums[a][b] / pairs, a, b, len(members[a]), len(members[b])))

    for a in joining:
        for b in sums[a]:
            if a < b and b in joining:
                offer(a, b)
    while heap:
        _, a, b, size_a, size_b = heapq.heappop(heap)
        if len(members[a]) != size_a or len(members[b]) != size_b or b in apart.get(a, ()):
            continue  # one of them has grown or gone since: a fresher offer is in the heap
        members[a] += members[b]
        members[b] = []
        gone[b] = a
        _move(a, b, sums, apart)
        for other in sums[a]:
            if other in joining and members[other]:
                offer(a, other)
    return gone


def _move(a: int, b: int, sums: dict[int, dict[int, int]], apart: dict[int, set[int]]) -> None:
    """Give everything that group b knows of others to group a."""
    for other, total in sums.pop(b).items():
        del sums[other][b]
        if other != a:
            sums[a][other] = sums[a].get(other, 0) + total
            sums[other][a] = sums[a][other]
    for other in apart.pop(b, set()):
        apart[other].discard(b)
        apart[other].add(a)
        apart.setdefault(a, set()).add(other)


def _attach(
    role: dict[int, str],
    merged: dict[int, int],
    members: dict[int, list[int]],
    sums: dict[int, dict[int, int]],
    apart: dict[int, set[int]],
    threshold: int,
) -> None:
    """Give every attaching group to the one story it fits best, judged on stories as they are before any attaches."""
    stories = {group: len(some) for group, some in members.items() if role[group] == "join" and some}
    chosen: dict[int, int] = {}
    for group in sorted(members):
        if role[group] != "attach":
            continue
        fits = [
            (-sums[group][story] / (stories[story] * len(members[group])), story)
            for story in sums[group]
            if story in stories
            and story not in apart.get(group, ())
            and sums[group][story] >= threshold * stories[story] * len(members[group])
        ]
        for _, story in sorted(fits):
            if not any(chosen.get(rival) == story for rival in apart.get(group, ())):
                chosen[group] = story
                break
    for group, story in chosen.items():
        members[story] += members[group]
        members[group] = []
