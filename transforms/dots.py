"""Dot products of sparse rows, pair by pair: compiled for many pairs, plain NumPy for few, the same values in both."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.compiled import compiled

Keys = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

# From this many pairs on the compiled kernel repays the second that importing its compiler costs.
FEW_PAIRS: Final = 20_000
_CHUNK: Final = 20_000  # pairs at a time in NumPy: bounds memory at about 100 MB


def dot_rows(offsets: Places, keys: Keys, weights: Weights, pairs: Places) -> Weights:
    """Return the dot product of two rows for each pair of row numbers, as float32.

    Row n holds `keys[offsets[n]:offsets[n + 1]]`, ascending, and their weights. Sums run in float64 in the order of the
    keys, so that every way of computing gives the same bits.
    """
    kernel = compiled(_dot) if len(pairs) >= FEW_PAIRS else None
    found = np.zeros(len(pairs), dtype=np.float32)
    if kernel is not None:
        longest = int(np.diff(offsets).max(initial=1))
        used, slots = np.empty(longest, np.int64), np.zeros(8 << longest.bit_length(), np.int64)
        kernel(offsets, keys, weights, np.ascontiguousarray(pairs), used, slots, found)
        return found
    for start in range(0, len(pairs), _CHUNK):
        part = pairs[start : start + _CHUNK]
        found[start : start + _CHUNK] = dot_in_numpy(offsets, keys, weights, part)
    return found


def dot_in_numpy(offsets: Places, keys: Keys, weights: Weights, pairs: Places) -> Weights:
    """Compute what `dot_rows` promises by looking every (pair, key) of one side up in the other."""
    left, left_weight = _gather(offsets, keys, weights, pairs[:, 0])
    right, right_weight = _gather(offsets, keys, weights, pairs[:, 1])
    if not len(left) or not len(right):
        return np.zeros(len(pairs), dtype=np.float32)
    at = np.minimum(np.searchsorted(right, left), len(right) - 1)
    hit = right[at] == left
    product = left_weight[hit].astype(np.float64) * right_weight[at[hit]]
    return np.bincount((left[hit] >> np.uint64(32)).astype(np.int64), product, len(pairs)).astype(np.float32)


def _gather(
    offsets: Places, keys: Keys, weights: Weights, rows: Places
) -> tuple[npt.NDArray[np.uint64], Weights]:
    """Return (pair number, key) joined in 64 ascending bits, and the weight, for the rows one after another."""
    sizes = offsets[rows + 1] - offsets[rows]
    starts = np.repeat(offsets[rows] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    places = starts + np.arange(int(sizes.sum()))
    number = np.repeat(np.arange(len(rows), dtype=np.uint64), sizes)
    return (number << np.uint64(32)) | keys[places].astype(np.uint64), weights[places]


def _dot(
    offsets: Places, keys: Keys, weights: Weights, pairs: Places, used: Places, slots: Places, found: Weights
) -> None:
    """Compute what `dot_rows` promises, looking the keys of the second row up among those of the first; to be compiled.

    The keys of the first row stand in a hash table (open addressing), which serves all pairs with that row that come
    one after another. `slots` is the table, zero throughout and a power of two long; `used` takes as many as a row has.
    """
    spread = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hashing: the high bits of the product
    high, last = np.uint64(32), np.uint64(len(slots) - 1)
    row, size = -1, 0
    for number in range(len(pairs)):
        if pairs[number, 0] != row:
            for one in range(size):
                slots[used[one]] = 0
            row = pairs[number, 0]
            size = offsets[row + 1] - offsets[row]
            for one in range(size):
                at = offsets[row] + one
                slot = np.uint64((np.uint64(keys[at]) * spread) >> high) & last
                while slots[slot] != 0:
                    slot = (slot + np.uint64(1)) & last
                slots[slot] = at + 1
                used[one] = slot
        total = 0.0
        for at in range(offsets[pairs[number, 1]], offsets[pairs[number, 1] + 1]):
            slot = np.uint64((np.uint64(keys[at]) * spread) >> high) & last
            while slots[slot] != 0:
                other = slots[slot] - 1
                if keys[other] == keys[at]:
                    total += np.float64(weights[other]) * np.float64(weights[at])
                    break
                slot = (slot + np.uint64(1)) & last
        found[number] = np.float32(total)
