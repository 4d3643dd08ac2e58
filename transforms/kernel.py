"""The arithmetic of the copies engine over flat arrays: compiled loops where numba is installed, else NumPy.

Both ways give equal results for the same arrays. The loops live in `kernel_loops`, the NumPy forms in
`kernel_numpy`; this module chooses between them on the first call, so that importing it costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import numpy as np

from transforms import kernel_loops, kernel_numpy
from transforms.kernel_numpy import F32, F64, I32, I64, U8, U32, U64

Function = Callable[..., Any]


@lru_cache(maxsize=1)
def has_numba() -> bool:
    """Say whether loops are compiled here; without numba the same results come from NumPy, slower."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


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
    if not has_numba():
        return kernel_numpy.tokenise(points, starts, classes, values, steps)
    out_values = np.empty(len(points), np.uint32)
    out_flags = np.empty(len(points), np.uint8)
    offsets = np.zeros(len(starts), np.int64)
    count = compiled("tokenise")(points, starts, classes, values, steps, out_values, out_flags, offsets)
    return out_values[:count].copy(), out_flags[:count].copy(), offsets


def grams(values: U32, flags: U8, offsets: I64) -> U32:
    """Hash at every token the run of words that starts there; 0 where the text ends before the run does."""
    if not has_numba():
        return kernel_numpy.grams(values, flags, offsets)
    out = np.empty(len(values), np.uint32)
    compiled("grams")(values, flags, offsets, out)
    return out


def sign(values: U32, offsets: I64, multipliers: U32, increments: U32) -> U32:
    """Return the MinHash rows of texts: the least of every affine permutation over the mixed shingle hashes."""
    if not has_numba():
        return kernel_numpy.sign(values, offsets, multipliers, increments)
    out = np.empty((len(offsets) - 1, len(multipliers)), np.uint32)
    compiled("sign")(values, offsets, multipliers, increments, out)
    return out


def band_keys(signatures: U32, bands: int) -> U64:
    """Hash each band of each signature to a key that tells bands apart; 0 throughout for a text without shingles."""
    return kernel_numpy.band_keys(signatures, bands)


def anchors(values: U32, offsets: I64, width: int, share: int) -> tuple[U64, I64]:
    """Return the hashes of runs of `width` tokens that fall to one in `share`, and the text of each."""
    if not has_numba():
        return kernel_numpy.anchors(values, offsets, width, share)
    keys = np.empty(len(values), np.uint64)
    owners = np.empty(len(values), np.int64)
    count = compiled("anchors")(values, offsets, width, share, keys, owners)
    return keys[:count].copy(), owners[:count].copy()


def count_distinct(grams_: U32, offsets: I64) -> I64:
    """Count the different shingles of each text."""
    if not has_numba():
        return kernel_numpy.count_distinct(grams_, offsets)
    out = np.empty(len(offsets) - 1, np.int64)
    compiled("count_distinct")(grams_, offsets, np.empty(_table_size(offsets), np.int64), out)
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
    loop = compiled("compare") if has_numba() else kernel_loops.compare
    keys = np.zeros(_table_size(offsets), np.uint32)
    work = np.zeros((4, len(keys)), np.int32)
    loop(values, flags, grams_, offsets, left, right, count_distinct(grams_, offsets), keys, work, out)
    return out


def sum_trees(inputs: F64, roots: I64, column: I64, threshold: F64, left: I64, right: I64, value: F64) -> F64:
    """Add up the leaves that each row of inputs reaches in a forest of flat trees."""
    if not has_numba():
        return kernel_numpy.sum_trees(inputs, roots, column, threshold, left, right, value)
    out = np.empty(len(inputs), np.float64)
    compiled("sum_trees")(inputs, roots, column, threshold, left, right, value, out)
    return out


def average_linkage(similarity: F32, least: float) -> I64:
    """Cluster rows by average similarity; return for each the smallest row of its cluster. Uses up its input."""
    label = np.empty(len(similarity), np.int64)
    loop = compiled("average_linkage") if has_numba() else kernel_loops.average_linkage
    loop(similarity, least, label)
    return label


def components(count: int, left: I64, right: I64) -> I64:
    """Return for each of `count` nodes the smallest node that links join it with."""
    parent = np.empty(count, np.int64)
    loop = compiled("components") if has_numba() else kernel_loops.components
    loop(left, right, parent)
    return parent
