"""Average linkage over sparse links: group sizes and summed links in, merges in order out."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from transforms.kernel.compiled_or_numpy import sort_by
from transforms.kernel.numba_compilation import FEW_LINKS, compiled

I64 = npt.NDArray[np.int64]
Days = npt.NDArray[np.float64]
Ids = TypeVar("Ids", npt.NDArray[np.int64], npt.NDArray[np.uint64])

_GONE: Final = -1  # in place of a sum: was added to another link, or merged
_BARRED: Final = -2


@dataclass(frozen=True, slots=True)
class Merges:
    """The merges of average linkage as columns, in the order in which they were made (an entry each).

    Group `gone` becomes part of group `kept`, the smaller number; `between` is the sum of the links between the two,
    `height` the mean over all pairs of their members.
    """

    kept: I64
    gone: I64
    between: I64  # sum of the links between the two
    height: npt.NDArray[np.float64]  # their mean over all pairs


def strongest_links(left: I64, right: I64, total: I64) -> tuple[I64, I64, I64]:
    """Return each linked pair of groups once, with the greatest `total` of its links, as input of `link_by_average`.

    Link i joins the groups number `left[i]` and `right[i]` (0 to 2^31 - 1) with the similarity `total[i]`, a whole
    number not below 0. Columns of the result: the smaller number, the greater one, the total; pairs ascend. No links
    give empty columns.
    """
    code, where = np.unique((np.minimum(left, right) << 32) | np.maximum(left, right), return_inverse=True)
    best = np.zeros(len(code), np.int64)
    np.maximum.at(best, where, total)
    return code >> 32, code & 0xFFFFFFFF, best


def gather(items: Ids, label: I64) -> list[Ids]:
    """Group items by label: one array for each label that occurs, ascending by label, in the order given within.

    `label[i]` belongs to `items[i]`. No items give an empty list.
    """
    order = np.argsort(label, kind="stable")
    ordered = items[order]
    edges: list[int] = np.flatnonzero(np.diff(label[order])).tolist()
    bounds = [0, *(edge + 1 for edge in edges), len(items)] if len(items) else []
    return [ordered[first:stop] for first, stop in pairwise(bounds)]  # np.split takes thirty times as long


def link_by_average(
    sizes: I64,
    left: I64,
    right: I64,
    total: I64,
    barred: npt.NDArray[np.bool_],
    least: float,
    days: tuple[Days, Days] | None = None,
    window: float = np.inf,
) -> Merges:
    """Merge the two groups with the highest mean link, again and again while the mean is at least `least` (UPGMA).

    Groups are numbered from 0 and `sizes` counts the members of each. `total` is the sum of the links between the
    members of `left` and `right`, whole numbers from 0 to 2^53, so that no order of adding changes a sum; each pair
    is listed once and never with itself. The mean of two groups is their sum over the product of their sizes, an
    unlisted pair counting 0 (Sokal & Michener 1958); two groups without any listed pair never merge. A `barred` pair
    never merges, nor does anything that has become part of it, nor do groups whose `days` (the first and the last of
    each group, NaN when not known) would span more than `window`. Ties go to the smaller `kept`, then to the smaller
    `gone`. No links give no merges; the arrays given stay as they are.
    """
    columns = (*_half_links(len(sizes), left, right, total, barred), *_spans(len(sizes), days))
    merge = compiled(_link, (_best_offer, _join_chains)) if len(left) >= FEW_LINKS else None
    if merge is not None:
        found = merge(least, window, sizes.copy(), *columns)
    else:
        found = _link(least, window, sizes.tolist(), *(column.tolist() for column in columns))
    kept, gone, between = (np.array(column, np.int64) for column in found[:3])
    return Merges(kept, gone, between, np.array(found[3], np.float64))


def _spans(groups: int, days: tuple[Days, Days] | None) -> tuple[Days, Days]:
    """Return the first and the last day of each group; an unknown day widens no span."""
    if days is None:
        return np.full(groups, np.inf), np.full(groups, -np.inf)
    first, last = days
    return np.where(np.isnan(first), np.inf, first), np.where(np.isnan(last), -np.inf, last)


def _half_links(
    groups: int, left: I64, right: I64, total: I64, barred: npt.NDArray[np.bool_]
) -> tuple[I64, I64, I64]:
    """Lay links out as half-links for `_link`: their columns in one array, and the first and last of each group or -1.

    A link has a half at either end. The halves of a group form a linked list (chain), at first side by side in memory,
    since memory latency dominates. Four numbers a half: the group at the other end, the sum or _BARRED, the position of
    the other half, and the position of the next one of the chain or -1.
    """
    links = len(left)
    order = sort_by(np.concatenate((left, right)), groups)
    size = np.bincount(left, minlength=groups) + np.bincount(right, minlength=groups)
    ends = np.concatenate(([0], np.cumsum(size)))
    first, last = np.where(size, 4 * ends[:-1], -1), np.where(size, 4 * ends[1:] - 4, -1)
    # a hundred bytes a link at most, of which 64 stay: what is done with is given up before the next is made
    place = np.empty(2 * links, np.int32)
    place[order] = np.arange(2 * links, dtype=np.int32)
    data = np.empty((2 * links, 4), np.int64)
    data[:, 2] = place[np.where(order < links, order + links, order - links)]
    del place
    data[:, 2] *= 4
    data[:, 0] = np.concatenate((right, left))[order]
    data[:, 1] = np.where(barred, _BARRED, total)[np.where(order < links, order, order - links)]
    data[:, 3] = np.arange(4, 8 * links + 4, 4)
    data[last[size > 0] // 4, 3] = -1
    return data.ravel(), first, last


def _best_offer(
    owner: int, window: float, size: Any, data: Any, first: Any, last: Any, start: Any, end: Any
) -> tuple[float, int, int, int]:
    """Return the best merge of a group as (negative mean, kept, gone, owner); a positive mean where it has none.

    Drops merged half-links from the chain on the way.
    """
    best = (1.0, owner, owner, owner)
    half, before = first[owner], -1
    while half >= 0:
        if data[half + 1] == _GONE:
            if before < 0:
                first[owner] = data[half + 3]
            else:
                data[before + 3] = data[half + 3]
            if last[owner] == half:
                last[owner] = before
        else:
            before = half
            if data[half + 1] != _BARRED:
                other = data[half]
                mean = -(data[half + 1] / (size[owner] * size[other]))
                is_near = max(end[owner], end[other]) - min(start[owner], start[other]) <= window
                if is_near and mean <= best[0]:
                    offer = (mean, min(owner, other), max(owner, other), owner)
                    if offer < best:
                        best = offer
        half = data[half + 3]
    return best


def _join_chains(kept: int, gone: int, data: Any, first: Any, last: Any, slot: Any) -> int:
    """Hand the links of `gone` over to `kept` and return the sum of the links between the two.

    Where both had a link to a third group, the sums are added in the half of `kept` (Lance & Williams 1967). `slot` has
    -1 for every group, before and after.
    """
    half = first[kept]
    while half >= 0:
        if data[half + 1] != _GONE:
            slot[data[half]] = half
        half = data[half + 3]
    between = data[slot[gone] + 1]
    data[slot[gone] + 1] = data[data[slot[gone] + 2] + 1] = _GONE
    half = first[gone]
    while half >= 0:
        if data[half + 1] != _GONE:
            mine, twin = slot[data[half]], data[half + 2]
            if mine >= 0:
                is_barred = data[half + 1] == _BARRED or data[mine + 1] == _BARRED
                together = _BARRED if is_barred else data[half + 1] + data[mine + 1]
                data[mine + 1] = data[data[mine + 2] + 1] = together
                data[half + 1] = data[twin + 1] = _GONE
            else:
                data[twin] = kept
        half = data[half + 3]
    half = first[kept]
    while half >= 0:
        slot[data[half]] = -1
        half = data[half + 3]
    if first[gone] >= 0:
        if first[kept] < 0:
            first[kept] = first[gone]
        else:
            data[last[kept] + 3] = first[gone]
        last[kept] = last[gone]
    return int(between)


def _link(
    least: float, window: float, size: Any, data: Any, first: Any, last: Any, start: Any, end: Any
) -> tuple[Any, ...]:
    """Do the work of `link_by_average` on the half-links of `_half_links`, lists or compiled arrays; consumes them.

    The heap holds the best offer of every group. Average linkage is reducible (Bruynooghe 1977): a merge never raises a
    mean and never shortens a span, so a stale offer is an upper bound, and it is computed again when it is popped.
    """
    groups = len(size)
    alive, slot = size.copy(), size.copy()
    heap = [(0.0, 0, 0, 0) for _ in range(0)]
    for owner in range(groups):
        alive[owner], slot[owner] = 1, -1
    for owner in range(groups):
        offer = _best_offer(owner, window, size, data, first, last, start, end)
        if -offer[0] >= least:
            heap.append(offer)
    heapq.heapify(heap)
    found_kept, found_gone, found_between, found_height = [0][:0], [0][:0], [0][:0], [0.0][:0]
    while len(heap) > 0:
        offer = heapq.heappop(heap)
        owner = offer[3]
        if not alive[owner]:
            continue
        fresh = _best_offer(owner, window, size, data, first, last, start, end)
        if fresh != offer:
            if -fresh[0] >= least:
                heapq.heappush(heap, fresh)
            continue
        kept, gone = offer[1], offer[2]
        found_kept.append(kept)
        found_gone.append(gone)
        found_between.append(_join_chains(kept, gone, data, first, last, slot))
        found_height.append(-offer[0])
        size[kept] += size[gone]
        start[kept], end[kept] = min(start[kept], start[gone]), max(end[kept], end[gone])
        alive[gone] = 0
        fresh = _best_offer(kept, window, size, data, first, last, start, end)
        if -fresh[0] >= least:
            heapq.heappush(heap, fresh)
    return found_kept, found_gone, found_between, found_height
