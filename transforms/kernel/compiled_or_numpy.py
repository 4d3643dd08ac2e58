"""The arithmetic of finding copies over flat arrays: compiled loops where they are worth it, else NumPy.

Both ways give equal results for the same arrays, and so does any number of `processors`: texts and pairs are
independent, and compiled loops fill slices of them side by side. The loops lie in `shingle_loops` (tokens, signatures,
components), `alignment_loops` (pairs of texts) and `tree_ensemble_loops` (scores), the NumPy forms in `numpy_loops`.
numba takes longer to begin than a few articles take without it, so it begins with the first call that is long;
importing this module costs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np

from transforms.kernel import alignment_loops, numpy_loops, shingle_loops, tree_ensemble_loops
from transforms.kernel.alignment_loops import Runs, ShingleIndex, Text
from transforms.kernel.numba_compilation import compiled, has_numba
from transforms.kernel.numpy_loops import F64, I32, I64, U8, U16, U32, U64
from transforms.kernel.slices import map_slices

Function = Callable[..., Any]
_MODULES = (shingle_loops, alignment_loops, tree_ensemble_loops)
_PAIRS_AT_ONCE = 4096  # pairs scored at a time: their measures stay in the processor's cache
_TEXTS_AT_ONCE = 1024  # texts whose band keys are hashed at a time: likewise
# Texts or pairs of a slice at least: a millisecond and more of work, beside .1 ms for handing it out.
_TEXTS_A_SLICE = 1_000
_PAIRS_A_SLICE = 5_000

# Seconds that a single call would take without numba from which on it begins: that takes 1.7 s, and then a hundredth of
# the time. Higher, and a run of hundreds of articles waits; lower, and a run of ten pays for what it does not need.
LONG_CALL: Final = 0.2
# What one unit of work takes without numba, in seconds.
_PLAIN_SECONDS: Final = {
    "tokenise": 130e-9,  # a code point
    "grams": 70e-9,  # a token, as in the next three
    "sign": 260e-9,
    "fingerprints": 60e-9,
    "count_distinct": 190e-9,
    "shingles": 20e-9,
    "orient": 300e-9,  # a pair
    "sort_by": 100e-9,  # a pair
    "compare": 2400e-9,  # a token of either text
    "sum_leaves": 330e-9,  # a row in a tree
    "components": 1600e-9,  # a node or a link
}


def _loop(name: str, units: int) -> Function | None:
    """Return the compiled loop where numba has begun or so much work is worth beginning it, else None."""
    if "numba" not in sys.modules and units * _PLAIN_SECONDS[name] < LONG_CALL:
        return None
    return _compiled(name) if has_numba() else None


@lru_cache(maxsize=32)
def _compiled(name: str) -> Function:
    """Compile one loop by its name; numba is there."""
    loop = next(getattr(module, name) for module in _MODULES if hasattr(module, name))
    parts = (numpy_loops.mix64, *alignment_loops.PARTS)
    return cast(Function, compiled(loop, parts, counts_references=loop is not alignment_loops.compare))


def tokenise(
    points: U8 | U16 | U32, starts: I64, classes: U8, values: U64, steps: U8, *, batch: int = 0
) -> tuple[U32, U8, I64] | None:
    """Split code points (text i at `starts[i]:starts[i + 1]`) into token hashes, token flags and token offsets.

    The tokens of text i lie at `offsets[i]:offsets[i + 1]`; flags are NUMBER, CAPITAL, UNSPACED_TOKEN, LONG_TOKEN and
    OPENS_SENTENCE of `numpy_loops`. `classes`, `values` and `steps` give for each code point its class (SEPARATOR to
    UNKNOWN of `numpy_loops`), its folded value and how many base characters it stands for; code points beyond them
    are separators. `batch` is the number of code points of a batch of which these are a part: it decides only whether
    compiling pays. Returns None where a character is of the class UNKNOWN.
    """
    loop = _loop("tokenise", max(batch, len(points)))
    if loop is None:
        return numpy_loops.tokenise(points, starts, classes, values, steps)
    out_values = np.empty(len(points), np.uint32)
    out_flags = np.empty(len(points), np.uint8)
    offsets = np.zeros(len(starts), np.int64)
    count = loop(points, starts, classes, values, steps, out_values, out_flags, offsets)
    return None if count < 0 else (out_values[:count].copy(), out_flags[:count].copy(), offsets)


def grams(values: U32, flags: U8, offsets: I64, *, processors: int = 1) -> U32:
    """Return for each token the 32-bit hash of the shingle that starts there: three words, or 5 or 9 characters.

    Text i is `values[offsets[i]:offsets[i + 1]]`. How long a shingle is follows from the flags of its first token: 5
    for UNSPACED_TOKEN, 9 with LONG_TOKEN. 0 stands where the text ends before the shingle does; no hash is 0.
    """
    loop = _loop("grams", len(values))
    if loop is None:
        return numpy_loops.grams(values, flags, offsets)
    out = np.empty(len(values), np.uint32)
    map_slices(
        lambda first, last: loop(values, flags, offsets[first : last + 1], out),
        len(offsets) - 1,
        processors=processors,
        least=_TEXTS_A_SLICE,
    )
    return out


def shingles(values: U32, grams_: U32, offsets: I64) -> tuple[U32, I64]:
    """Return the shingle hashes of all texts end to end, in reading order with repeats, and the offsets of each text.

    Text i is `values[offsets[i]:offsets[i + 1]]`; `grams_` are its `grams`, of which those that are not 0 are its
    hashes. A text that has none gets one hash of all its tokens, a text without tokens none.
    """
    loop = _loop("shingles", len(values))
    if loop is None:
        return numpy_loops.shingles(values, grams_, offsets)
    out = np.empty(len(grams_), np.uint32)
    out_offsets = np.zeros(len(offsets), np.int64)
    count = loop(values, grams_, offsets, out, out_offsets)
    return out[:count], out_offsets  # nearly all of it


def sign(values: U32, offsets: I64, multipliers: U32, increments: U32, *, processors: int = 1) -> U32 | None:
    """Return the MinHash rows of texts, (texts, permutations), from their shingle hashes.

    A value is the least of one affine permutation (a multiplier and an increment) over the mixed hashes. Text i is
    `values[offsets[i]:offsets[i + 1]]`; without shingles its row is 2**32 - 1 throughout. Returns None where numba is
    not installed or so few shingles are not worth its start: the caller then asks datasketch.
    """
    loop = _loop("sign", len(values))
    if loop is None:
        return None
    out = np.empty((len(offsets) - 1, len(multipliers)), np.uint32)
    longest = int(np.diff(offsets).max(initial=1))

    def sign_slice(first: int, last: int) -> None:
        mixed = np.empty(longest, np.uint32)
        loop(values, offsets[first : last + 1], multipliers, increments, mixed, out[first:last])

    map_slices(sign_slice, len(out), processors=processors, least=_TEXTS_A_SLICE)
    return out


def band_keys(signatures: U32, bands: int, rows: int, *, processors: int = 1) -> U64:
    """Hash each LSH band of each signature to a key that names its band: (texts, bands).

    Band k is the k-th `rows` columns of a signature; there are at least `bands` * `rows`. A signature of 2**32 - 1
    throughout, that of a text without shingles, gets 0 for all of its keys; no other key is 0.
    """
    out = np.empty((len(signatures), bands), np.uint64)

    def hash_slice(first: int, last: int) -> None:
        for start in range(first, last, _TEXTS_AT_ONCE):
            stop = min(start + _TEXTS_AT_ONCE, last)
            out[start:stop] = numpy_loops.band_keys(signatures[start:stop], bands, rows)

    map_slices(hash_slice, len(out), processors=processors, least=_TEXTS_A_SLICE)
    return out


def fingerprints(
    values: U32, offsets: I64, width: int, modulus: int, *, processors: int = 1
) -> tuple[U64, I64]:
    """Sample fingerprints of texts: the 64-bit hashes of runs of `width` tokens that `modulus` divides.

    Mod-p sampling (Manber 1994). Returns the hashes and, beside each, the number of its text, in reading order with
    repeats. Text i is `values[offsets[i]:offsets[i + 1]]`; no run crosses two texts; 0 is left out; shorter texts have
    none.
    """
    loop = _loop("fingerprints", len(values))
    if loop is None:
        return numpy_loops.fingerprints(values, offsets, width, modulus)

    def sample_slice(first: int, last: int) -> tuple[U64, I64]:
        room = int(offsets[last] - offsets[first])
        keys, owners = np.empty(room, np.uint64), np.empty(room, np.int64)
        count = loop(values, offsets[first : last + 1], width, modulus, keys, owners)
        return keys[:count].copy(), owners[:count] + first

    parts = map_slices(sample_slice, len(offsets) - 1, processors=processors, least=_TEXTS_A_SLICE)
    return np.concatenate([keys for keys, _ in parts]), np.concatenate([owners for _, owners in parts])


def count_distinct(grams_: U32, flags: U8, offsets: I64, *, processors: int = 1) -> tuple[I64, U8]:
    """Count the different shingle hashes of each text among `grams_`, 0 left out: 0 for a text too short to have any.

    Returns a second array too: `flags` with REPEATED where a shingle stands that its text had before. Text i is
    `grams_[offsets[i]:offsets[i + 1]]`.
    """
    loop = _loop("count_distinct", len(grams_))
    if loop is None:
        return numpy_loops.count_distinct(grams_, flags, offsets)
    out, flagged = np.empty(len(offsets) - 1, np.int64), flags.copy()
    size = _table_size(offsets)

    def count_slice(first: int, last: int) -> None:
        loop(grams_, offsets[first : last + 1], np.empty(size, np.int64), flagged, out[first:last])

    map_slices(count_slice, len(out), processors=processors, least=_TEXTS_A_SLICE)
    return out, flagged


def _table_size(offsets: I64) -> int:
    """Return the size of a hash table that the longest text fills by half."""
    longest = int(np.diff(offsets).max(initial=1))
    return max(8, 1 << (2 * longest - 1).bit_length())


def orient(values: U32, offsets: I64, left: I64, right: I64) -> tuple[I64, I64]:
    """Order the two texts `left[i]` and `right[i]` of each pair: return the longer ones and the shorter ones.

    Text i is `values[offsets[i]:offsets[i + 1]]`. Length is in tokens; of equally long ones the text with the greater
    hash of its tokens comes first, and texts of equal content stay as given.
    """
    loop = _loop("orient", len(left))
    if loop is None:
        return numpy_loops.orient(values, offsets, left, right)
    first, second = np.empty(len(left), np.int64), np.empty(len(left), np.int64)
    marks, is_marked = np.empty(len(offsets) - 1, np.uint64), np.zeros(len(offsets) - 1, np.uint8)
    loop(values, offsets, left, right, marks, is_marked, first, second)
    return first, second


def compare(
    values: U32, flags: U8, grams_: U32, offsets: I64, left: I64, right: I64, *, processors: int = 1
) -> I32:
    """Align pairs of texts token by token; return `shingle_loops.FEATURES` counts for each, a row a pair.

    Text i is `values[offsets[i]:offsets[i + 1]]`, with `flags` of `tokenise` and `grams_` of `grams`; pair p is A
    `left[p]` and B `right[p]`. The alignment is greedy: equal tokens are walked through, and at a difference it goes
    on at the nearest shared shingle. No pairs give (0, FEATURES).
    """
    out = np.empty((len(left), shingle_loops.FEATURES), np.int32)
    if len(left) == 0:
        return out
    lengths = np.diff(offsets)
    loop = _loop("compare", int(lengths[left].sum() + lengths[right].sum())) or alignment_loops.compare
    # by text, so that the index over a text's shingles is built once for all its pairs
    order = sort_by(left, len(offsets) - 1)
    distinct, flagged = count_distinct(grams_, flags, offsets, processors=processors)
    texts, size = Text(values, flagged, grams_), _table_size(offsets)

    def compare_slice(start: int, stop: int) -> None:
        index, runs = _working_room(size)
        loop(texts, offsets, left, right, order[start:stop], distinct, index, runs, out)

    map_slices(compare_slice, len(order), processors=processors, least=_PAIRS_A_SLICE)
    return out


def _working_room(size: int) -> tuple[ShingleIndex, Runs]:
    """Return empty tables for comparing texts of half this size at most."""
    unsigned, signed = np.zeros((2, size), np.uint32), np.zeros((7, size), np.int32)
    return ShingleIndex(*unsigned, *signed[:4]), Runs(*signed[4:])


def sort_by(numbers: I64, most: int) -> I64:
    """Return the indices that sort whole numbers from 0 to `most` - 1, equal ones in the order given (stable)."""
    loop = _loop("sort_by", len(numbers))
    if loop is None:
        return np.argsort(numbers, kind="stable")
    order = np.empty(len(numbers), np.int64)
    loop(numbers, np.zeros(most + 1, np.int64), order)
    return order


def sum_leaves(
    features: I32, thresholds: F64, edges: I64, reachable: U64, values: F64, *, processors: int = 1
) -> F64 | None:
    """Return the sum of the leaves that each compared pair reaches in the copy model's decision trees.

    The bias is left out. `features` are rows as `compare` returns them, the tables those of
    `tree_ensemble.lookup_tables`. Returns None where numba is not installed or so few pairs are not worth its start:
    the caller then walks the trees with NumPy.
    """
    loop = _loop("sum_leaves", len(features) * len(values))
    if loop is None:
        return None
    out = np.empty(len(features), np.float64)
    fill_inputs = _compiled("fill_inputs")

    def sum_slice(first: int, last: int) -> None:
        inputs = np.empty((_PAIRS_AT_ONCE, len(edges) - 1), np.float64)
        for start in range(first, last, _PAIRS_AT_ONCE):
            stop = min(start + _PAIRS_AT_ONCE, last)
            fill_inputs(features[start:stop], inputs)
            loop(inputs[: stop - start], thresholds, edges, reachable, values, out[start:stop])

    map_slices(sum_slice, len(features), processors=processors, least=_PAIRS_A_SLICE)
    return out


def components(count: int, left: I64, right: I64) -> I64:
    """Return for each of `count` nodes the smallest node of its connected component (union-find).

    Nodes are 0 to `count` - 1, link i joins `left[i]` and `right[i]`; a node without links is its own component.
    """
    parent = np.empty(count, np.int64)
    loop = _loop("components", count + len(left)) or shingle_loops.components
    loop(left, right, parent)
    return parent
