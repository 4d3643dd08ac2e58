"""Average linkage over sparse links: group sizes and summed links in, merges in order out."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from transforms.compiled import FEW_LINKS, compiled

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Merges:
    """Merges in the order in which they were made: `gone` becomes part of `kept`, which is the smaller number."""

    kept: Places
    gone: Places
    between: Places  # sum of the links between the two
    height: npt.NDArray[np.float64]  # their mean over all pairs


def link_by_average(
    sizes: Places, left: Places, right: Places, total: Places, barred: npt.NDArray[np.bool_], least: float
) -> Merges:
    """Merge the two groups with the highest mean link, again and again while the mean is at least `least`.

    Groups are numbered from 0; `total` sums the links between `left` and `right`, each pair once, and counts 0 for a
    pair that is not listed (UPGMA, Sokal & Michener 1958). A `barred` pair never merges, nor does anything that has
    become part of it. Ties go by the smaller numbers. Sums are whole numbers below 2^53, so that no order of adding
    changes them.
    """
    merge = compiled(_link) if len(left) >= FEW_LINKS else None
    if merge is not None:
        found = merge(sizes.copy(), left.copy(), right.copy(), total.copy(), barred.copy(), least)
    else:
        found = _link(sizes.tolist(), left.tolist(), right.tolist(), total.tolist(), barred.tolist(), least)
    kept, gone, between = (np.array(column, np.int64) for column in found[:3])
    return Merges(kept, gone, between, np.array(found[3], np.float64))


def _link(size: Any, left: Any, right: Any, total: Any, barred: Any, least: float) -> tuple[Any, ...]:
    """Do the work of `link_by_average`, on lists or, compiled, on arrays; uses them up.

    Every group has a chain of half-links: 2n stands in the chain of left[n], 2n + 1 in that of right[n]. A group that
    goes hands its chain over whole. The heap holds the best offer of every group: average linkage is reducible, so a
    merge never raises a mean, and an offer that has gone stale only promises too much; it is worked out anew when its
    turn comes.
    """
    groups, halves = len(size), 2 * len(left)
    first, last = [-1] * groups, [-1] * groups
    after = [-1] * halves
    alive = [True] * groups
    for half in range(halves):
        owner = left[half // 2] if half % 2 == 0 else right[half // 2]
        if first[owner] < 0:
            first[owner] = half
        else:
            after[last[owner]] = half
        last[owner] = half

    def best_of(owner: int) -> tuple[float, int, int, int]:
        best = (1.0, owner, owner, owner)  # an offer is below 0: none
        half = first[owner]
        before = -1
        while half >= 0:
            link = half // 2
            if total[link] < 0:  # folded into another link: out of the chain
                if before < 0:
                    first[owner] = after[half]
                else:
                    after[before] = after[half]
                if last[owner] == half:
                    last[owner] = before
            else:
                before = half
                if not barred[link]:
                    a, b = left[link], right[link]
                    offer = (-(total[link] / (size[a] * size[b])), min(a, b), max(a, b), owner)
                    if offer < best:
                        best = offer
            half = after[half]
        return best

    heap = [(0.0, 0, 0, 0) for _ in range(0)]
    for owner in range(groups):
        offer = best_of(owner)
        if -offer[0] >= least:
            heap.append(offer)
    heapq.heapify(heap)
    found_kept, found_gone, found_between, found_height = [0][:0], [0][:0], [0][:0], [0.0][:0]
    slot = [-1] * groups
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
            link = half // 2
            if total[link] >= 0:
                slot[left[link] + right[link] - kept] = link
            half = after[half]
        found_kept.append(kept)
        found_gone.append(gone)
        found_between.append(total[slot[gone]])
        found_height.append(-offer[0])
        total[slot[gone]] = -1
        half = first[gone]
        while half >= 0:
            link = half // 2
            if total[link] >= 0:
                other = left[link] + right[link] - gone
                if slot[other] >= 0:
                    total[slot[other]] += total[link]
                    barred[slot[other]] = barred[slot[other]] or barred[link]
                    total[link] = -1
                elif left[link] == gone:
                    left[link] = kept
                else:
                    right[link] = kept
            half = after[half]
        half = first[kept]
        while half >= 0:
            link = half // 2
            slot[left[link] + right[link] - kept] = -1
            half = after[half]
        slot[gone] = -1
        if first[gone] >= 0:
            if first[kept] < 0:
                first[kept] = first[gone]
            else:
                after[last[kept]] = first[gone]
            last[kept] = last[gone]
        size[kept] += size[gone]
        alive[gone] = False
        fresh = best_of(kept)
        if -fresh[0] >= least:
            heapq.heappush(heap, fresh)
    return found_kept, found_gone, found_between, found_height
