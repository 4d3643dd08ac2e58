"""Average linkage over sparse links: group sizes and summed links in, merges in order out."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from transforms.compiled import FEW_LINKS, compiled
from transforms.kernel import sort_by

Places = npt.NDArray[np.int64]
Ids = TypeVar("Ids", npt.NDArray[np.int64], npt.NDArray[np.uint64])

_GONE: Final = -1  # in place of a sum: was added to another link, or merged
_BARRED: Final = -2


@dataclass(frozen=True, slots=True)
class Merges:
    """Merges in the order in which they were made: `gone` becomes part of `kept`, which is the smaller number."""

    kept: Places
    gone: Places
    between: Places  # sum of the links between the two
    height: npt.NDArray[np.float64]  # their mean over all pairs


def strongest(left: Places, right: Places, total: Places) -> tuple[Places, Places, Places]:
    """Return each pair once, the smaller number left, ascending, with the strongest of its links."""
    code, where = np.unique((np.minimum(left, right) << 32) | np.maximum(left, right), return_inverse=True)
    best = np.zeros(len(code), np.int64)
    np.maximum.at(best, where, total)
    return code >> 32, code & 0xFFFFFFFF, best


def gather(items: Ids, label: Places) -> list[Ids]:
    """Return the items that have one label in common, in the order given, for every label, ascending."""
    order = np.argsort(label, kind="stable")
    return np.split(items[order], np.flatnonzero(np.diff(label[order])) + 1) if len(items) else []


def link_by_average(
    sizes: Places, left: Places, right: Places, total: Places, barred: npt.NDArray[np.bool_], least: float
) -> Merges:
    """Merge the two groups with the highest mean link, again and again while the mean is at least `least`.

    Groups are numbered from 0; `total` sums the links between `left` and `right`, each pair once, and counts 0 for a
    pair that is not listed (UPGMA, Sokal & Michener 1958). A `barred` pair never merges, nor does anything that has
    become part of it. Ties go by the smaller numbers. Sums are whole numbers below 2^53, so that no order of adding
    changes them.
    """
    columns = _lay_out(len(sizes), left, right, total, barred)
    merge = compiled(_link) if len(left) >= FEW_LINKS else None
    if merge is not None:
        found = merge(least, sizes.copy(), *columns)
    else:
        found = _link(least, sizes.tolist(), *(column.tolist() for column in columns))
    kept, gone, between = (np.array(column, np.int64) for column in found[:3])
    return Merges(kept, gone, between, np.array(found[3], np.float64))


def _lay_out(
    groups: int, left: Places, right: Places, total: Places, barred: npt.NDArray[np.bool_]
) -> tuple[Places, Places, Places]:
    """Lay links out for `_link`: what it reads of every half-link, and the first and last of each group or -1.

    A link has a half at either end. The halves of a group are a chain, at first side by side in memory, since what
    takes time is waiting for memory. Four numbers a half: the group at the other end, the sum or _BARRED, where the
    other half is, and the next one of the chain or -1.
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


def _link(least: float, size: Any, data: Any, first: Any, last: Any) -> tuple[Any, ...]:
    """Do the work of `link_by_average` on what `_lay_out` gives, as lists or, compiled, as arrays; uses them up.

    A group that goes hands its chain over whole; where both had a link to a third, one of them is gone. The heap holds
    the best offer of every group: average linkage is reducible, so a merge never raises a mean, and an offer that has
    gone stale only promises too much; it is worked out anew when its turn comes.
    """
    groups = len(size)
    alive, slot = size.copy(), size.copy()
    for owner in range(groups):
        alive[owner], slot[owner] = 1, -1

    def best_of(owner: int) -> tuple[float, int, int, int]:
        best = (1.0, owner, owner, owner)  # an offer is below 0: none
        half, before = first[owner], -1
        while half >= 0:
            if data[half + 1] == _GONE:  # out of the chain
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
                    if mean <= best[0]:
                        offer = (mean, min(owner, other), max(owner, other), owner)
                        if offer < best:
                            best = offer
            half = data[half + 3]
        return best

    heap = [(0.0, 0, 0, 0) for _ in range(0)]
    for owner in range(groups):
        offer = best_of(owner)
        if -offer[0] >= least:
            heap.append(offer)
    heapq.heapify(heap)
    found_kept, found_gone, found_between, found_height = [0][:0], [0][:0], [0][:0], [0.0][:0]
    while len(heap) > 0:
        offer = heapq.heappop(heap)
        owner = offer[3]
        if not alive[owner]:
            continue
        fresh = best_of(owner)
        if fresh != offer:
            if -fresh[0] >= least:
                heapq.heappush(heap, fresh)
            continue
        kept, gone = offer[1], offer[2]
        half = first[kept]
        while half >= 0:
            if data[half + 1] != _GONE:
                slot[data[half]] = half
            half = data[half + 3]
        found_kept.append(kept)
        found_gone.append(gone)
        found_between.append(data[slot[gone] + 1])
        found_height.append(-offer[0])
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
        size[kept] += size[gone]
        alive[gone] = 0
        fresh = best_of(kept)
        if -fresh[0] >= least:
            heapq.heappush(heap, fresh)
    return found_kept, found_gone, found_between, found_height
