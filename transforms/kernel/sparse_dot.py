"""Dot products of sparse rows, pair by pair: compiled for many pairs, plain NumPy for few, the same values in both."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.kernel.numba_compilation import compiled

Keys = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]
Limits = npt.NDArray[np.float64]

# From this many pairs on the compiled kernel repays the second that importing its compiler costs.
FEW_PAIRS: Final = 20_000
_CHUNK: Final = 20_000  # pairs at a time in NumPy: bounds memory at about 100 MB


def dot_rows(
    offsets: Positions,
    keys: Keys,
    weights: Weights,
    pairs: Positions,
    most: Limits | None = None,
    share: float = 1.0,
) -> Weights:
    """Return the dot product of two sparse rows for each pair of row numbers, in their order, as float32.

    `pairs` is (n, 2). Row n holds `keys[offsets[n]:offsets[n + 1]]`, ascending and distinct, and their weights, none
    below 0. No key adds more than the `most` of its pair (one each; None sets no limit), nor more than `share` of the
    product: a total is at most (total - greatest part) / (1 - `share`), so below 1 a single key in common gives 0.
    Sums run in float64 in the order of the keys, so that every way of computing gives the same bits. Rows without a
    common key give 0, no pairs an empty array.
    """
    kernel = compiled(_dot) if len(pairs) >= FEW_PAIRS else None
    found = np.zeros(len(pairs), dtype=np.float32)
    most = np.full(len(pairs), np.inf) if most is None else most
    if kernel is not None:
        longest = int(np.diff(offsets).max(initial=1))
        used, slots = np.empty(longest, np.int64), np.zeros(8 << longest.bit_length(), np.int64)
        kernel(offsets, keys, weights, np.ascontiguousarray(pairs), used, slots, most, share, found)
        return found
    for start in range(0, len(pairs), _CHUNK):
        part = pairs[start : start + _CHUNK]
        found[start : start + _CHUNK] = dot_in_numpy(
            offsets, keys, weights, part, most[start : start + _CHUNK], share
        )
    return found


def dot_in_numpy(
    offsets: Positions,
    keys: Keys,
    weights: Weights,
    pairs: Positions,
    most: Limits | None = None,
    share: float = 1.0,
) -> Weights:
    """Return the same dot products as `dot_rows`, in NumPy alone: keys of the left row are searched in the right one.

    Memory grows with the keys of all pairs: `dot_rows` gives it 20,000 pairs at a time.
    """
    left, left_weight = _gather(offsets, keys, weights, pairs[:, 0])
    right, right_weight = _gather(offsets, keys, weights, pairs[:, 1])
    if not len(left) or not len(right):
        return np.zeros(len(pairs), dtype=np.float32)
    at = np.minimum(np.searchsorted(right, left), len(right) - 1)
    hit = right[at] == left
    number = (left[hit] >> np.uint64(32)).astype(np.int64)
    product = left_weight[hit].astype(np.float64) * right_weight[at[hit]]
    if most is not None:
        product = np.minimum(product, most[number])
    total = np.bincount(number, product, len(pairs))
    if share < 1.0:
        greatest = np.zeros(len(pairs))
        np.maximum.at(greatest, number, product)
        total = np.minimum(total, (total - greatest) / (1.0 - share))
    return total.astype(np.float32)


def _gather(
    offsets: Positions, keys: Keys, weights: Weights, rows: Positions
) -> tuple[npt.NDArray[np.uint64], Weights]:
    """Return (pair number, key) joined in 64 ascending bits, and the weight, for the rows one after another."""
    sizes = offsets[rows + 1] - offsets[rows]
    starts = np.repeat(offsets[rows] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    positions = starts + np.arange(int(sizes.sum()))
    number = np.repeat(np.arange(len(rows), dtype=np.uint64), sizes)
    return (number << np.uint64(32)) | keys[positions].astype(np.uint64), weights[positions]


def _dot(
    offsets: Positions,
    keys: Keys,
    weights: Weights,
    pairs: Positions,
    used: Positions,
    slots: Positions,
    most: Limits,
    share: float,
    found: Weights,
) -> None:
    """Compute what `dot_rows` returns, looking the keys of the second row up among those of the first; to be compiled.

    The keys of the first row stand in a hash table (open addressing), which serves all pairs with that row that come
    one after another. `slots` is the table, zero throughout and a power of two long; `used` takes as many as a row has.
    """
    spread = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hashing: the high bits of the product
    high, last = np.uint64(32), np.uint64(len(slots) - 1)
    row, size = -1, 0
    for number in range(len(pairs)):
        if pairs[number, 0] != row:
            for number_used in range(size):
                slots[used[number_used]] = 0
            row = pairs[number, 0]
            size = offsets[row + 1] - offsets[row]
            for number_used in range(size):
                at = offsets[row] + number_used
                slot = np.uint64((np.uint64(keys[at]) * spread) >> high) & last
                while slots[slot] != 0:
                    slot = (slot + np.uint64(1)) & last
                slots[slot] = at + 1
                used[number_used] = slot
        total, greatest = 0.0, 0.0
        for at in range(offsets[pairs[number, 1]], offsets[pairs[number, 1] + 1]):
            slot = np.uint64((np.uint64(keys[at]) * spread) >> high) & last
            while slots[slot] != 0:
                other = slots[slot] - 1
                if keys[other] == keys[at]:
                    product = min(np.float64(weights[other]) * np.float64(weights[at]), most[number])
                    total += product
                    greatest = max(greatest, product)
                    break
                slot = (slot + np.uint64(1)) & last
        if share < 1.0:
            total = min(total, (total - greatest) / (1.0 - share))
        found[number] = np.float32(total)
