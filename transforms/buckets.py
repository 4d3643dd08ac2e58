"""Who shares a key with whom: keys and their owners in, pairs out; crowded keys cost no square."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transforms.kernel_numpy import mix64

_LOW_BITS = (1 << 22) - 1  # counted in 32 MB; more bits put more lone keys aside


def pair_up(
    keys: NDArray[np.uint64],
    owners: NDArray[np.int64] | NDArray[np.uint64],
    *,
    cap: int,
    reach: int,
    meetings: int = 1,
    days: NDArray[np.float64] | None = None,
    far: int = 0,
    far_meetings: int = 1,
) -> NDArray[np.int64] | NDArray[np.uint64]:
    """Return the distinct pairs of owners that share a key, one a row, the smaller first, sorted.

    Up to `cap` owners of a key are all paired. Beyond, each meets `reach` others on either side, and a pair counts that
    met over `meetings` such keys: a large group shares many keys and stays well linked. They stand in the order of
    `days` (one beside each key, whole, NaN when not known), and within a day in an order that differs from key to key;
    an owner without a day stands on any day, another one for each key. Owners more than `far` days apart have to meet
    over `far_meetings` keys. The rule of the warehouse's join (`candidates.sql`), which has an order of its own.
    """
    # most keys stand alone: those that share their low bits with no other are put aside before anything is sorted
    low = (keys & np.uint64(_LOW_BITS)).astype(np.int64)
    keep = np.bincount(low, minlength=1)[low] > 1
    flat, owners = keys[keep], owners[keep]
    known, rank = np.unique(owners, return_inverse=True)
    place = mix64(known[rank].astype(np.uint64) + flat)
    order = np.lexsort((place, flat) if days is None else (place, _stand_somewhere(days[keep], place), flat))
    flat, rank = flat[order], rank[order]
    fresh = np.ones(len(flat), np.bool_)
    fresh[1:] = (flat[1:] != flat[:-1]) | (rank[1:] != rank[:-1])
    flat, rank = flat[fresh], rank[fresh]
    if len(flat) == 0:
        return np.empty((0, 2), np.int64)
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    sizes = np.diff(np.concatenate([starts, [len(flat)]]))
    stop = np.repeat(starts + sizes, sizes)
    near = np.minimum(np.repeat(np.where(sizes <= cap, sizes, reach), sizes), stop - np.arange(len(flat)) - 1)
    first = np.repeat(np.arange(len(flat)), near)
    step = np.arange(len(first)) - np.repeat(np.cumsum(near) - near, near) + 1
    a, b = rank[first], rank[first + step]
    packed = np.minimum(a, b) * len(known) + np.maximum(a, b)
    is_crowded = np.repeat(sizes > cap, sizes)[first]
    day = np.full(len(known), np.nan)
    if days is not None:
        day[np.searchsorted(known, owners)] = days[keep]

    def met_often(packed: NDArray[np.int64], least: int) -> NDArray[np.int64]:
        pairs, often = np.unique(packed, return_counts=True)
        left, right = np.divmod(pairs, len(known))
        is_far = np.abs(day[left] - day[right]) > far  # never where either day is unknown
        met: NDArray[np.int64] = pairs[often >= np.where(is_far, max(least, far_meetings), least)]
        return met

    pairs = np.union1d(met_often(packed[~is_crowded], 1), met_often(packed[is_crowded], meetings))
    met: NDArray[np.int64] | NDArray[np.uint64] = known[np.stack(np.divmod(pairs, len(known)), axis=1)]
    return met


def _stand_somewhere(days: NDArray[np.float64], place: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Give what has no day one of those between the first and the last."""
    dated = ~np.isnan(days)
    if dated.all() or not dated.any():
        return days
    first, last = np.nanmin(days), np.nanmax(days)
    return np.where(dated, days, first + place % np.uint64(last - first + 1))
