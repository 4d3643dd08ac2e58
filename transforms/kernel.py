"""The arithmetic of the copies engine over flat arrays: compiled loops where they are worth it, else NumPy.

Both ways give equal results for the same arrays. The loops live in `kernel_loops`, the NumPy forms in
`kernel_numpy`. numba takes longer to begin than a few articles take without it, so it begins when there is much to
do; importing this module costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np

from transforms import kernel_loops, kernel_numpy
from transforms.kernel_numpy import F32, F64, I32, I64, U8, U32, U64

Function = Callable[..., Any]

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
    "compare": 2400e-9,  # a token of either text
    "sum_trees": 330e-9,  # a row in a tree
    "average_linkage": 3000e-9,  # a pair of rows
    "components": 1600e-9,  # a node or a link
}


@lru_cache(maxsize=1)
def has_numba() -> bool:
    """Begin with numba and say whether it is installed; without it the same results come from NumPy, slower."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


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
    return compiled(name) if has_numba() else None


@lru_cache(maxsize=32)
def compiled(name: str) -> Function:
    """Compile one loop by its name, from numba's cache on disk when an earlier process left it there.

    numba keeps the cache beside the source or, where that is read-only, in the user's cache folder; where neither
    can be written it refuses, and then the loop is compiled for this process alone.
    """
    import numba

    loop = getattr(kernel_loops, name)
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(loop))
    except RuntimeError:
        return cast(Function, numba.njit(nogil=True)(loop))


def tokenise(points: U32, starts: I64, classes: U8, values: U64, steps: U8) -> tuple[U32, U8, I64]:
    """Cut code points (text i at `starts[i]:starts[i + 1]`) into token hashes, token flags and token offsets."""
    loop = _loop("tokenise", len(points))
    if loop is None:
        return kernel_numpy.tokenise(points, starts, classes, values, steps)
    out_values = np.empty(len(points), np.uint32)
    out_flags = np.empty(len(points), np.uint8)
    offsets = np.zeros(len(starts), np.int64)
    count = loop(points, starts, classes, values, steps, out_values, out_flags, offsets)
    return out_values[:count].copy(), out_flags[:count].copy(), offsets


def grams(values: U32, flags: U8, offsets: I64) -> U32:
    """Hash at every token the run of words that starts there; 0 where the text ends before the run does."""
    loop = _loop("grams", len(values))
    if loop is None:
        return kernel_numpy.grams(values, flags, offsets)
    out = np.empty(len(values), np.uint32)
    loop(values, flags, offsets, out)
    return out


def sign(values: U32, offsets: I64, multipliers: U32, increments: U32) -> U32:
    """Return the MinHash rows of texts: the least of every affine permutation over the mixed shingle hashes."""
    loop = _loop("sign", len(values))
    if loop is None:
        return kernel_numpy.sign(values, offsets, multipliers, increments)
    out = np.empty((len(offsets) - 1, len(multipliers)), np.uint32)
    loop(values, offsets, multipliers, increments, out)
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


def compare(values: U32, flags: U8, grams_: U32, offsets: I64, left: I64, right: I64) -> I32:
    """Measure pairs of texts token by token; one row of `kernel_loops.FEATURES` columns for each pair.

    Pairs should come sorted by `left`: the index over its shingles is built once for a run of equal ones.
    """
    out = np.zeros((len(left), kernel_loops.FEATURES), np.int32)
    if len(left) == 0:
        return out
    lengths = np.diff(offsets)
    loop = _loop("compare", int(lengths[left].sum() + lengths[right].sum())) or kernel_loops.compare
    keys = np.zeros(_table_size(offsets), np.uint32)
    work = np.zeros((4, len(keys)), np.int32)
    loop(values, flags, grams_, offsets, left, right, count_distinct(grams_, offsets), keys, work, out)
    return out


def sum_trees(inputs: F64, roots: I64, column: I64, threshold: F64, left: I64, right: I64, value: F64) -> F64:
    """Add up the leaves that each row of inputs reaches in a forest of flat trees."""
    loop = _loop("sum_trees", len(inputs) * len(roots))
    if loop is None:
        return kernel_numpy.sum_trees(inputs, roots, column, threshold, left, right, value)
    out = np.empty(len(inputs), np.float64)
    loop(inputs, roots, column, threshold, left, right, value, out)
    return out


def average_linkage(similarity: F32, least: float) -> I64:
    """Cluster rows by average similarity; return for each the smallest row of its cluster. Uses up its input."""
    label = np.empty(len(similarity), np.int64)
    loop = _loop("average_linkage", similarity.size) or kernel_loops.average_linkage
    loop(similarity, np.float64(least), label)  # a plain float would be compared in 32 bits without numba
    return label


def components(count: int, left: I64, right: I64) -> I64:
    """Return for each of `count` nodes the smallest node that links join it with."""
    parent = np.empty(count, np.int64)
    loop = _loop("components", count + len(left)) or kernel_loops.components
    loop(left, right, parent)
    return parent
