"""Blocking keys and their owners in; the pairs of owners that share a key out, bounded where many share one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.kernel.numpy_loops import mix64
from transforms.kernel.slices import map_slices
from transforms.kernel.sorted_sets import distinct

_BLOCKS_A_SLICE = 10_000  # blocks of a slice at least: some milliseconds of work
_HALF, _LOW_HALF = 32, (1 << 32) - 1  # two whole numbers are packed into one, which is quicker to sort


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
    processors: int = 1,
) -> NDArray[np.int64] | NDArray[np.uint64]:
    """Return the distinct pairs of owners that share a blocking key: (n, 2), the smaller first, rows ascending.

    Key i belongs to `owners[i]`; a block holds the distinct owners of one key. In a block of up to `block_size` all
    are paired. In an oversized one each is paired with the `window` next ones on either side (sorted neighbourhood,
    Hernández & Stolfo 1995), and such a pair counts when at least `shared_blocks` oversized blocks have it. A block
    is sorted by `days` (one beside each key, the same for all keys of an owner, whole, NaN when not known), and
    within a day, or without `days`, by a hash that differs from key to key; an owner without a day gets, anew for
    each key, one from the first to the last of all days given. Owners more than `far_days` apart have to share
    `far_shared_blocks` blocks, of either kind by itself. Owners keep their dtype; without a shared key the result is
    (0, 2). The warehouse's join (`candidates.sql`) has the same rule with its own order. Any number of `processors`
    gives the same.
    """
    order = np.argsort(keys)
    flat = keys[order]
    begins = np.ones(len(flat) + 1, np.bool_)
    np.not_equal(flat[1:], flat[:-1], out=begins[1:-1])
    is_shared = ~(begins[:-1] & begins[1:])
    order, flat, begins = order[is_shared], flat[is_shared], begins[:-1][is_shared]
    if len(flat) == 0:
        return np.empty((0, 2), np.int64)
    known, rank = np.unique(owners[order], return_inverse=True)
    day = None
    if days is not None:
        day = np.empty(len(known), np.float64)
        day[rank] = days[order]
    starts = np.append(np.flatnonzero(begins), len(flat))
    is_counted = shared_blocks > 1 or day is not None

    def pair_blocks(first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs within these blocks, those of oversized ones apart where blocks are counted."""
        entries = slice(starts[first], starts[last])
        members = distinct(_pack(np.cumsum(begins[entries]) - 1, rank[entries]))  # block and owner
        block, own = members >> _HALF, members & _LOW_HALF
        sizes = np.bincount(block)
        of_blocks = flat[starts[first:last]]
        _sort_oversized(
            own, block, of_blocks, known.astype(np.uint64), day, is_oversized=sizes[block] > block_size
        )
        pairs, is_oversized = _pair_neighbours(own, sizes, block_size, window)
        if is_counted:
            return pairs[~is_oversized], pairs[is_oversized]
        return distinct(pairs), pairs[:0]

    parts = map_slices(pair_blocks, len(starts) - 1, processors=processors, least=_BLOCKS_A_SLICE)
    pairs, oversized = (np.concatenate(column) for column in zip(*parts, strict=True))
    if is_counted:
        far = (day, far_days, far_shared_blocks)
        pairs = np.concatenate([_in_several(pairs, 1, *far), _in_several(oversized, shared_blocks, *far)])
    pairs = distinct(pairs)
    columns: Any = np.stack((pairs >> _HALF, pairs & _LOW_HALF), axis=1)
    found: NDArray[np.int64] | NDArray[np.uint64] = known[columns]
    return found


def _pack(high: NDArray[np.int64], low: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put two whole numbers below 2^31 into one, which sorts by the first, then by the second."""
    return (high << _HALF) | low


def _sort_oversized(
    rank: NDArray[np.int64],
    block: NDArray[np.int64],
    block_key: NDArray[np.uint64],
    known: NDArray[np.uint64],
    day: NDArray[np.float64] | None,
    is_oversized: NDArray[np.bool_],
) -> None:
    """Sort the owners `rank` of each oversized block, in place; where all are paired their order does not matter."""
    large = np.flatnonzero(is_oversized)
    if len(large) == 0:
        return
    members, blocks = rank[large], block[large]
    mixed = mix64(known[members] + block_key[blocks])
    columns = (mixed, blocks) if day is None else (mixed, _fill_days(day, members, mixed), blocks)
    rank[large] = members[np.lexsort(columns)]


def _pair_neighbours(
    rank: NDArray[np.int64], sizes: NDArray[np.int64], block_size: int, window: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Pair the owners `rank` of each block, blocks of `sizes` end to end: all, or each with the `window` next ones.

    Returns the packed pairs, the smaller owner first, and whether each is of an oversized block.
    """
    is_oversized = np.repeat(sizes > block_size, sizes)
    following = (
        np.repeat(np.cumsum(sizes), sizes) - np.arange(len(rank)) - 1
    )  # how many of its block come after each
    following = np.where(is_oversized, np.minimum(following, window), following)
    pairs, of_oversized = [np.empty(0, np.int64)], [np.empty(0, np.bool_)]
    position, step = np.flatnonzero(following), 1
    while len(position):  # with the next one, with the one after it, as long as any has so many
        a, b = rank[position], rank[position + step]
        pairs.append(_pack(np.minimum(a, b), np.maximum(a, b)))
        of_oversized.append(is_oversized[position])
        step += 1
        position = position[following[position] >= step]
    return np.concatenate(pairs), np.concatenate(of_oversized)


def _in_several(
    packed: NDArray[np.int64],
    least: int,
    day: NDArray[np.float64] | None,
    far_days: int,
    far_least: int,
) -> NDArray[np.int64]:
    """Return the pairs that `least` blocks have, or `far_least` where their days are more than `far_days` apart."""
    pairs, blocks = np.unique(packed, return_counts=True)
    needed = np.full(len(pairs), least)
    if day is not None:
        # never where either day is unknown
        is_far = np.abs(day[pairs >> _HALF] - day[pairs & _LOW_HALF]) > far_days
        needed[is_far] = max(least, far_least)
    return pairs[blocks >= needed]


def _fill_days(
    day: NDArray[np.float64], members: NDArray[np.int64], mixed: NDArray[np.uint64]
) -> NDArray[np.float64]:
    """Return the day of each member; one that is unknown is one of those between the first and the last, by a hash."""
    own = day[members]
    dated = ~np.isnan(day)
    if dated.all() or not dated.any():
        return own
    first, last = np.nanmin(day), np.nanmax(day)
    return np.where(np.isnan(own), first + mixed % np.uint64(last - first + 1), own)
