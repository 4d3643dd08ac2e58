"""The arithmetic of the copies engine over flat arrays: compiled loops where they are worth it, else NumPy.

Both ways give equal results for the same arrays. The loops live in `kernel_loops` (tokens, groups),
`kernel_align` (pairs of texts), `kernel_forest` (their weight) and `kernel_pairs` (shared keys), the NumPy forms in
`kernel_numpy`. numba takes longer to begin than a few articles take without it, so it begins when there is much to
do; importing this module costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np

from transforms import kernel_align, kernel_forest, kernel_loops, kernel_numpy, kernel_pairs
from transforms.compiled import compiled, has_numba
from transforms.kernel_numpy import F64, I32, I64, U8, U16, U32, U64

Function = Callable[..., Any]
_MODULES = (kernel_loops, kernel_align, kernel_forest, kernel_pairs)
_AT_ONCE = 4096  # pairs weighed at a time: their measures stay in the processor's cache

# Seconds of this process without numba from which on it is used: it takes 1.7 s to begin and then a hundredth as long.
# Higher, and a run of hundreds of articles waits; lower, and a run of ten pays for what it does not need.
PATIENCE: Final = 0.5
# What one unit of work takes without numba, in seconds.
_PLAIN_SECONDS: Final = {
    "tokenise": 130e-9,  # a code point
    "grams": 70e-9,  # a token, as in the next three
    "sign": 120e-9,
    "anchors": 60e-9,
    "count_distinct": 190e-9,
    "shingles": 20e-9,
    "orient": 300e-9,  # a pair
    "sort_by": 100e-9,  # a pair
    "compare": 2400e-9,  # a token of either text
    "sum_leaves": 330e-9,  # a row in a tree
    "meet": 1000e-9,  # a key
    "components": 1600e-9,  # a node or a link
}


class _Patience:
    """Adds up what was done without numba, and what would be next."""

    def __init__(self) -> None:
        self._spent = 0.0

    def is_over(self, seconds: float) -> bool:
        self._spent += seconds
        return self._spent > PATIENCE


_patience = _Patience()


def _loop(name: str, units: int) -> Function | None:
    """Return the compiled loop for so much work; None where NumPy is to do it."""
    if not has_numba.cache_info().currsize and not _patience.is_over(units * _PLAIN_SECONDS[name]):
        return None
    return _compiled(name) if has_numba() else None


@lru_cache(maxsize=32)
def _compiled(name: str) -> Function:
    """Compile one loop by its name; numba is there."""
    loop = next(getattr(module, name) for module in _MODULES if hasattr(module, name))
    return cast(Function, compiled(loop, (kernel_numpy.mix64, *kernel_align.PARTS)))


def tokenise(
    points: U8 | U16 | U32, starts: I64, classes: U8, values: U64, steps: U8
) -> tuple[U32, U8, I64] | None:
    """Cut code points (text i at `starts[i]:starts[i + 1]`) into token hashes, token flags and token offsets.

    None where a character is of the class UNKNOWN.
    """
    loop = _loop("tokenise", len(points))
    if loop is None:
        return kernel_numpy.tokenise(points, starts, classes, values, steps)
    out_values = np.empty(len(points), np.uint32)
    out_flags = np.empty(len(points), np.uint8)
    offsets = np.zeros(len(starts), np.int64)
    count = loop(points, starts, classes, values, steps, out_values, out_flags, offsets)
    return None if count < 0 else (out_values[:count].copy(), out_flags[:count].copy(), offsets)


def grams(values: U32, flags: U8, offsets: I64) -> U32:
    """Hash at every token the run of words that starts there; 0 where the text ends before the run does."""
    loop = _loop("grams", len(values))
    if loop is None:
        return kernel_numpy.grams(values, flags, offsets)
    out = np.empty(len(values), np.uint32)
    loop(values, flags, offsets, out)
    return out


def shingles(values: U32, grams_: U32, offsets: I64) -> tuple[U32, I64]:
    """Gather the grams that are there, with one of the whole text where it is too short to have any."""
    loop = _loop("shingles", len(values))
    if loop is None:
        return kernel_numpy.shingles(values, grams_, offsets)
    out = np.empty(len(grams_), np.uint32)
    out_offsets = np.zeros(len(offsets), np.int64)
    count = loop(values, grams_, offsets, out, out_offsets)
    return out[:count], out_offsets  # nearly all of it


def sign(values: U32, offsets: I64, multipliers: U32, increments: U32) -> U32:
    """Return the MinHash rows of texts: the least of every affine permutation over the mixed shingle hashes."""
    loop = _loop("sign", len(values))
    if loop is None:
        return kernel_numpy.sign(values, offsets, multipliers, increments)
    out = np.empty((len(offsets) - 1, len(multipliers)), np.uint32)
    mixed = np.empty(int(np.diff(offsets).max(initial=1)), np.uint32)
    loop(values, offsets, multipliers, increments, mixed, out)
    return out


def band_keys(signatures: U32, bands: int) -> U64:
    """Hash each band of each signature to a key that tells bands apart; 0 throughout for a text without shingles."""
    return kernel_numpy.band_keys(signatures, bands)


def anchors(values: U32, offsets: I64, width: int, share: int) -> tuple[U64, I64]:
    """Return the hashes of runs of `width` tokens that fall to one in `share`, and the text of each."""
    loop = _loop("anchors", len(values))
    if loop is None:
        return kernel_numpy.anchors(values, offsets, width, share)
    keys = np.empty(len(values), np.uint64)
    owners = np.empty(len(values), np.int64)
    count = loop(values, offsets, width, share, keys, owners)
    return keys[:count].copy(), owners[:count].copy()


def count_distinct(grams_: U32, offsets: I64) -> I64:
    """Count the different shingles of each text."""
    loop = _loop("count_distinct", len(grams_))
    if loop is None:
        return kernel_numpy.count_distinct(grams_, offsets)
    out = np.empty(len(offsets) - 1, np.int64)
    loop(grams_, offsets, np.empty(_table_size(offsets), np.int64), out)
    return out


def _table_size(offsets: I64) -> int:
    """Return the size of a hash table that the longest text fills by half."""
    longest = int(np.diff(offsets).max(initial=1))
    return max(8, 1 << (2 * longest - 1).bit_length())


def orient(values: U32, offsets: I64, left: I64, right: I64) -> tuple[I64, I64]:
    """Order the two texts of each pair by length, then by a hash of their content: the longer first."""
    loop = _loop("orient", len(left))
    if loop is None:
        return kernel_numpy.orient(values, offsets, left, right)
    first, second = np.empty(len(left), np.int64), np.empty(len(left), np.int64)
    marks, is_marked = np.empty(len(offsets) - 1, np.uint64), np.zeros(len(offsets) - 1, np.uint8)
    loop(values, offsets, left, right, marks, is_marked, first, second)
    return first, second


def compare(values: U32, flags: U8, grams_: U32, offsets: I64, left: I64, right: I64) -> I32:
    """Measure pairs of texts token by token; one row of `kernel_loops.FEATURES` columns for each pair."""
    out = np.empty((len(left), kernel_loops.FEATURES), np.int32)
    if len(left) == 0:
        return out
    lengths = np.diff(offsets)
    loop = _loop("compare", int(lengths[left].sum() + lengths[right].sum())) or kernel_align.compare
    # by text, so that the index over a text's shingles is built once for all its pairs
    order = sort_by(left, len(offsets) - 1)
    keys = np.zeros(_table_size(offsets), np.uint32)
    work = np.zeros((7, len(keys)), np.int32)
    loop(
        values,
        flags,
        grams_,
        offsets,
        left,
        right,
        order,
        count_distinct(grams_, offsets),
        keys,
        np.zeros_like(keys),
        work,
        out,
    )
    return out


def sort_by(numbers: I64, most: int) -> I64:
    """Return the order that sorts whole numbers below `most`, equal ones as they come."""
    loop = _loop("sort_by", len(numbers))
    if loop is None:
        return np.argsort(numbers, kind="stable")
    order = np.empty(len(numbers), np.int64)
    loop(numbers, np.zeros(most + 1, np.int64), order)
    return order


def weigh(features: I32, thresholds: F64, edges: I64, reachable: U64, values: F64) -> F64 | None:
    """Add up the leaves that each compared pair reaches in the copy model's forest; None where NumPy is to do it.

    For the tables see `kernel_forest.sum_leaves`.
    """
    loop = _loop("sum_leaves", len(features) * len(values))
    if loop is None:
        return None
    out = np.empty(len(features), np.float64)
    inputs = np.empty((_AT_ONCE, len(edges) - 1), np.float64)
    for start in range(0, len(features), _AT_ONCE):
        some = features[start : start + _AT_ONCE]
        _compiled("measure")(some, inputs)
        loop(inputs[: len(some)], thresholds, edges, reachable, values, out[start : start + _AT_ONCE])
    return out


def meet_owners(keys: U64, owners: I64, ids: U64, cap: int, reach: int) -> tuple[I64, I64] | None:
    """Return the distinct pairs of owners that share a key, sorted, the smaller first; None where NumPy is to do it.

    `owners` are places in `ids`, which is sorted. The rule is that of `buckets.pair_up`.
    """
    meet = _loop("meet", len(keys))
    if meet is None:
        return None
    count = len(ids)
    often = np.zeros(1 << 22, np.uint8)
    found, whose = np.empty_like(keys), np.empty_like(owners)
    size = _compiled("sift_keys")(keys, owners, often, found, whose)
    order = sort_by(whose[:size], count)
    keys, owners = found[order], whose[order]
    group, sizes = np.empty(size, np.int32), np.empty(size, np.int32)
    table = np.full(max(8, 1 << (2 * size).bit_length()), -1, np.int64)
    number = _compiled("number_keys")(keys, owners, table, group, sizes, np.empty(size, np.int64))
    sizes = sizes[:number]
    starts = np.zeros(number + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    members, places = np.empty(starts[-1], np.int64), np.empty(size, np.int64)
    _compiled("fill_groups")(group, owners, starts[:-1].copy(), members, places)
    crowded = np.flatnonzero((group >= 0) & (sizes[group] > cap)) if number else np.empty(0, np.int64)
    if len(crowded):
        salt = kernel_numpy.mix64(ids[owners[crowded]] + keys[crowded])
        crowded = crowded[np.lexsort((salt, group[crowded]))]
        places[crowded] = np.sort(places[crowded])
        members[places[crowded]] = owners[crowded]
    room = 2 * size
    while True:
        left, right = np.empty(room, np.int64), np.empty(room, np.int64)
        met = meet(
            group, owners, places, starts, members, cap, reach, np.full(count, -1, np.int64), left, right
        )
        if met <= room:
            break
        room = met
    order = sort_by(right[:met], count)
    order = order[sort_by(left[order], count)]
    return left[order], right[order]


def components(count: int, left: I64, right: I64) -> I64:
    """Return for each of `count` nodes the smallest node that links join it with."""
    parent = np.empty(count, np.int64)
    loop = _loop("components", count + len(left)) or kernel_loops.components
    loop(left, right, parent)
    return parent
