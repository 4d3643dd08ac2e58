"""Blocking keys and their owners in; the pairs of owners that share a key out, bounded where many share one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transforms.kernel.numpy_loops import mix64

_LOW_BITS = (1 << 22) - 1  # counted in 32 MB; more bits drop more keys of one owner


def pair_up(
    keys: NDArray[np.uint64],
    owners: NDArray[np.int64] | NDArray[np.uint64],
    *,
    block_size: int,
    window: int,
    shared_blocks: int = 1,
    days: NDArray[np.float64] | None = None,
    far_days: int = 0,
    far_shared_blocks: int = 1,
) -> NDArray[np.int64] | NDArray[np.uint64]:
    """Return the distinct pairs of owners that share a blocking key: (n, 2), the smaller first, rows ascending.

    Key i belongs to `owners[i]`; a block holds the distinct owners of one key. In a block of up to `block_size` all
    are paired. In an oversized one each is paired with the `window` next ones on either side (sorted neighbourhood,
    Hernández & Stolfo 1995), and such a pair counts when at least `shared_blocks` oversized blocks have it. A block
    is sorted by `days` (one beside each key, the same for all keys of an owner, whole, NaN when not known), and
    within a day, or without `days`, by a hash that differs from key to key; an owner without a day gets, anew for
    each key, one from the first to the last of all days given. Owners more than `far_days` apart have to share
    `far_shared_blocks` blocks, of either kind by itself. Owners keep their dtype; without a shared key the result is
    (0, 2). The warehouse's join (`candidates.sql`) has the same rule with its own order.
    """
    # most keys have one owner: those that share their low bits with no other are dropped before anything is sorted
    low = (keys & np.uint64(_LOW_BITS)).astype(np.int64)
    keep = np.bincount(low, minlength=1)[low] > 1
    flat, owners = keys[keep], owners[keep]
    known, rank = np.unique(owners, return_inverse=True)
    mixed = mix64(known[rank].astype(np.uint64) + flat)
    order = np.lexsort((mixed, flat) if days is None else (mixed, _fill_days(days[keep], mixed), flat))
    flat, rank = flat[order], rank[order]
    fresh = np.ones(len(flat), np.bool_)
    fresh[1:] = (flat[1:] != flat[:-1]) | (rank[1:] != rank[:-1])
    flat, rank = flat[fresh], rank[fresh]
    if len(flat) == 0:
        return np.empty((0, 2), np.int64)
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    sizes = np.diff(np.concatenate([starts, [len(flat)]]))
    stop = np.repeat(starts + sizes, sizes)
    near = np.minimum(
        np.repeat(np.where(sizes <= block_size, sizes, window), sizes), stop - np.arange(len(flat)) - 1
    )
    first = np.repeat(np.arange(len(flat)), near)
    step = np.arange(len(first)) - np.repeat(np.cumsum(near) - near, near) + 1
    a, b = rank[first], rank[first + step]
    packed = np.minimum(a, b) * len(known) + np.maximum(a, b)
    is_oversized = np.repeat(sizes > block_size, sizes)[first]
    day = np.full(len(known), np.nan)
    if days is not None:
        day[np.searchsorted(known, owners)] = days[keep]

    def in_several(packed: NDArray[np.int64], least: int) -> NDArray[np.int64]:
        pairs, blocks = np.unique(packed, return_counts=True)
        left, right = np.divmod(pairs, len(known))
        is_far = np.abs(day[left] - day[right]) > far_days  # never where either day is unknown
        kept: NDArray[np.int64] = pairs[blocks >= np.where(is_far, max(least, far_shared_blocks), least)]
        return kept

    pairs = np.union1d(in_several(packed[~is_oversized], 1), in_several(packed[is_oversized], shared_blocks))
    found: NDArray[np.int64] | NDArray[np.uint64] = known[np.stack(np.divmod(pairs, len(known)), axis=1)]
    return found


def _fill_days(days: NDArray[np.float64], mixed: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Assign each unknown day one of those between the first and the last, chosen by a hash."""
    dated = ~np.isnan(days)
    if dated.all() or not dated.any():
        return days
    first, last = np.nanmin(days), np.nanmax(days)
    return np.where(dated, days, first + mixed % np.uint64(last - first + 1))
