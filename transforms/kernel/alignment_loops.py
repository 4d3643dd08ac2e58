"""Comparing pairs of texts, written for numba and valid as plain Python: order and alignment.

Flat arrays in, filled arrays out, as in `shingle_loops`, where the columns of a compared pair are named. Letters: A is
the first text of a pair, whose shingles are indexed, and B the second; i and j are positions in them.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from transforms.kernel.numpy_loops import I32, I64, U8, U32, U64, mix64
from transforms.kernel.prefetch import prefetch
from transforms.kernel.shingle_loops import (
    CLASH,
    DISTINCT_A,
    DISTINCT_B,
    FEATURES,
    HEAD_A,
    HEAD_B,
    LONGEST,
    MATCHED,
    NAME_SLOTS,
    NUMBER_SLOTS,
    ONLY_A,
    ONLY_B,
    RUNS,
    SHARED,
    SLOT_TOKENS,
    SLOTS,
    TAIL_A,
    TAIL_B,
    TOKENS_A,
    TOKENS_B,
)

Whole: TypeAlias = int | np.int64
_NUMBER, _CAPITAL, _OPENS, _REPEATED_BIT = 1, 2, 16, 5
_SLOT = (
    8  # tokens: the longest gap that still counts as words exchanged in place and not as a passage rewritten
)
# Bits of the Bloom filter for each slot of the hash table: of shingles that are not there, one in eighty passes.
_FILTER_BITS = 32
_BLOCK = 8  # values compared at a time: as many as fit into a register; 16 were slower, since runs are short


class Text(NamedTuple):
    """The tokens of one text, or of a batch of texts end to end, as arrays of one length.

    For each token: its hash, its flags (NUMBER, CAPITAL … of `numpy_loops`, REPEATED among them), and the hash of the
    shingle that starts there, 0 where none does. Where each text of a batch begins is in `offsets` beside it.
    """

    values: U32  # hash of each token
    flags: U8
    grams: U32  # hash of the shingle that begins at each token, 0 where the text ends before it does


class ShingleIndex(NamedTuple):
    """An index of the shingles of text A by position: a hash table (open addressing) with a Bloom filter before it."""

    keys: U32  # slot → shingle, 0 for an empty slot
    filter: U32  # bits
    first: I32  # slot → first position of the shingle
    earliest: I32  # position → first position of its shingle
    following: I32  # position → next position of its shingle, -1 at the last
    repeated: I32  # position → the nearest one from there on whose shingle text A has more than once


class Runs(NamedTuple):
    """Stretches of text B whose shingles text A has in the same order: begin in B, begin in A, length."""

    begins: I32  # position in B
    begins_a: I32
    lengths: I32


def orient(
    values: U32, offsets: I64, left: I64, right: I64, marks: U64, is_marked: U8, first: I64, second: I64
) -> None:
    """Fill `first` with the longer text of each pair, `second` with the other: pair i is `left[i]` and `right[i]`.

    Of equally long texts the one with the greater hash of its sequence of tokens comes first. Text i is
    `values[offsets[i]:offsets[i + 1]]`. `marks` (overwritten) and `is_marked` (zeros, overwritten) are working memory
    of one entry a text.
    """
    s32 = np.uint64(32)
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        n, m = offsets[a + 1] - offsets[a], offsets[b + 1] - offsets[b]
        swap = n < m
        if n == m:
            for text in (a, b):
                if is_marked[text]:
                    continue
                total = np.uint64(0)
                for at in range(n):
                    placed = np.uint64(np.uint64(values[offsets[text] + at]) + (np.uint64(at) << s32))
                    total = np.uint64(total + mix64(placed))
                marks[text] = total
                is_marked[text] = 1
            swap = marks[a] < marks[b]
        first[pair] = b if swap else a
        second[pair] = a if swap else b


def sort_by(numbers: I64, ends: I64, order: I64) -> None:
    """Fill `order` with the indices that sort whole numbers, 0 to n - 1, stable (counting sort).

    `ends` is working memory: n + 1 zeros, where n is more than the greatest number; it is overwritten.
    """
    for number in numbers:
        ends[number + 1] += 1
    for number in range(1, len(ends)):
        ends[number] += ends[number - 1]
    for at in range(len(numbers)):
        order[ends[numbers[at]]] = at
        ends[numbers[at]] += 1


def _fill_index(grams: U32, index: ShingleIndex) -> tuple[int, int]:
    """Index the shingles of one text; return the size of the hash table and the first position without a shingle."""
    keys, bits, first, earliest, following, repeated = index
    n = len(grams)
    size = 8
    while size < 2 * n:
        size *= 2
    keys[:size] = 0
    bits[:size] = 0
    mask, filter_mask = np.uint64(size - 1), np.uint64(_FILTER_BITS * size - 1)
    five, low, one = np.uint64(5), np.uint64(31), np.uint64(1)
    whole = n
    for i in range(n - 1, -1, -1):
        gram = grams[i]
        following[i] = -1
        earliest[i] = i
        if gram == 0:
            whole = i
            continue
        wide = np.uint64(gram)
        slot = wide & mask
        while keys[slot] != 0 and keys[slot] != gram:
            slot = (slot + one) & mask
        if keys[slot] == 0:
            keys[slot] = gram
            bits[(wide & filter_mask) >> five] |= np.uint32(one << (wide & low))
        else:
            following[i] = first[slot]
        first[slot] = i
    for i in range(n):
        if following[i] >= 0:
            earliest[following[i]] = earliest[i]
    nearest = n
    for i in range(n - 1, -1, -1):
        if following[i] >= 0 or earliest[i] != i:
            nearest = i
        repeated[i] = nearest
    return size, whole


def _equal_values(a: U32, i: Whole, b: U32, j: Whole, limit: Whole) -> int:
    """Return how many values from position i of A and j of B on are equal, `limit` at most."""
    x, y, one = np.uint64(i), np.uint64(j), np.uint64(1)
    block, end = np.uint64(_BLOCK), np.uint64(i + limit)
    while x + block <= end:  # without a branch inside: a few instructions for a block
        differs = np.uint32(0)
        for step in range(_BLOCK):
            differs |= a[x + np.uint64(step)] ^ b[y + np.uint64(step)]
        if differs != 0:
            break
        x += block
        y += block
    while x < end and a[x] == b[y]:
        x += one
        y += one
    return int(np.int64(x) - i)


def _find_runs(
    grams_a: U32, grams_b: U32, flags_b: U8, size: int, whole: int, index: ShingleIndex, runs: Runs
) -> tuple[int, int]:
    """Fill the runs of text B that A has too; return how many there are, and how many distinct shingles are shared.

    A run begins at the first position that its first shingle has in A.
    """
    keys, bits, first = index.keys, index.filter, index.first
    m = len(grams_b)
    mask, filter_mask = np.uint64(size - 1), np.uint64(_FILTER_BITS * size - 1)
    five, low, one, last = np.uint64(5), np.uint64(31), np.uint64(1), np.uint64(m)
    count = 0
    shared = 0
    j = np.uint64(0)
    while True:
        while j < last:
            wide = np.uint64(grams_b[j])
            if (bits[(wide & filter_mask) >> five] >> np.uint32(wide & low)) & np.uint32(1):
                break
            j += one
        if j >= last:
            break
        gram = grams_b[j]
        slot = np.uint64(gram) & mask
        while keys[slot] != 0 and keys[slot] != gram:
            slot = (slot + one) & mask
        if gram == 0 or keys[slot] == 0:
            j += one
            continue
        at, begin = np.int64(first[slot]), np.int64(j)
        length = max(_equal_values(grams_a, at, grams_b, begin, min(whole - at, m - begin)), 1)
        runs.begins[count], runs.begins_a[count], runs.lengths[count] = begin, at, length
        count += 1
        shared += length
        for flag in flags_b[begin : begin + length]:
            shared -= int(flag >> _REPEATED_BIT)  # a plain number: of the flag's type it would end at 255
        j += np.uint64(length)
    return count, shared


def _count_replaced(a: Text, i: Whole, to_i: Whole, b: Text, j: Whole, to_j: Whole) -> tuple[int, int]:
    """Count the numbers and the names of a passage of A that the passage of B opposite does not have."""
    numbers, names = 0, 0
    for x in range(i, to_i):
        flags = a.flags[x]
        if not flags & _NUMBER and (not flags & _CAPITAL or flags & _OPENS):
            continue
        found = False
        for y in range(j, to_j):
            found |= a.values[x] == b.values[y]
        if not found:
            if flags & _NUMBER:
                numbers += 1
            else:
                names += 1
    return numbers, names


def _next_shared(
    a: Text, i: Whole, b: Text, j: Whole, runs: Runs, begin: Whole, count: Whole, index: ShingleIndex
) -> tuple[Whole, Whole]:
    """Return the positions of the nearest shared shingle from (i, j) on, -1 where there is none.

    The nearest is the one that skips the fewest tokens of both texts together (ties: the fewest of B). `begin` is the
    first run that may hold it.
    """
    nearest = len(a.values) - i + len(b.values) - j + 1
    to_i, to_j = np.int64(-1), np.int64(-1)
    run = begin
    while run < count and runs.begins[run] - j < nearest:
        shift = np.int64(runs.begins_a[run] - runs.begins[run])
        y = np.int64(max(j, runs.begins[run]))
        end = np.int64(runs.begins[run] + runs.lengths[run])
        while y < end and y - j < nearest:
            x = y + shift
            following = np.int64(index.repeated[x]) - shift  # position in B
            if following > y:  # A has the shingle at x alone
                if x < i:
                    y = min(following, i - shift)
                    continue
                # a shingle hash can collide; the token itself must be equal
                if a.values[x] != b.values[y]:
                    y += 1
                    continue
            else:
                x = np.int64(index.earliest[x])
                while x >= 0 and (x < i or a.values[x] != b.values[y]):
                    x = np.int64(index.following[x])
                following = y + 1
                if x < 0:
                    y += 1
                    continue
            if x - i + y - j < nearest:
                nearest = x - i + y - j
                to_i, to_j = x, y
            y = following  # what lies between is further on in both
        run += 1
    return to_i, to_j


def _measure_gap(a: Text, i: Whole, to_i: Whole, b: Text, j: Whole, to_j: Whole, row: I32) -> None:
    """Add what lies between two aligned stretches: words exchanged in place, or a passage of one text or of both."""
    gap_a, gap_b = to_i - i, to_j - j
    if gap_a > 0 and gap_b > 0 and gap_a <= _SLOT and gap_b <= _SLOT:
        row[SLOTS] += 1
        row[SLOT_TOKENS] += max(gap_a, gap_b)
        numbers_a, names_a = _count_replaced(a, i, to_i, b, j, to_j)
        numbers_b, names_b = _count_replaced(b, j, to_j, a, i, to_i)
        if numbers_a > 0 and numbers_b > 0:
            row[NUMBER_SLOTS] += 1
        elif names_a > 0 and names_b > 0:
            row[NAME_SLOTS] += 1
    else:
        row[CLASH] += int(np.sqrt(gap_a * gap_b))
        row[ONLY_A] += gap_a - min(gap_a, gap_b)
        row[ONLY_B] += gap_b - min(gap_a, gap_b)


def _align(a: Text, b: Text, runs: Runs, count: Whole, index: ShingleIndex, row: I32) -> None:
    """Fill the measures of a greedy alignment of two texts.

    Equal tokens are walked through; at a difference the alignment goes on at the nearest shared shingle.
    """
    i: Whole = np.int64(0)
    j: Whole = np.int64(0)
    begin = np.int64(0)
    matched, aligned, longest = 0, 0, 0
    while True:
        length = _equal_values(a.values, i, b.values, j, min(len(a.values) - i, len(b.values) - j))
        i += length
        j += length
        if length > 0:
            matched += length
            aligned += 1
            longest = max(longest, length)
        while begin < count and runs.begins[begin] + runs.lengths[begin] <= j:
            begin += 1
        to_i, to_j = _next_shared(a, i, b, j, runs, begin, count, index)
        if to_i < 0:
            if aligned > 0:
                row[TAIL_A], row[TAIL_B] = len(a.values) - i, len(b.values) - j
            else:
                row[HEAD_A], row[HEAD_B] = len(a.values), len(b.values)
            break
        if aligned == 0:
            row[HEAD_A], row[HEAD_B] = to_i - i, to_j - j
        else:
            _measure_gap(a, i, to_i, b, j, to_j, row)
        i, j = to_i, to_j
    row[MATCHED], row[RUNS], row[LONGEST] = matched, aligned, longest


def _prefetch_pair(texts: Text, begin: Whole, end: Whole, row: I32) -> None:
    """Have text B and the row of a pair fetched while the pair before it is compared."""
    prefetch(texts.grams, begin, end)
    prefetch(texts.values, begin, end)
    prefetch(texts.flags, begin, end)
    prefetch(row, 0, FEATURES)


def compare(
    texts: Text,
    offsets: I64,
    left: I64,
    right: I64,
    order: I64,
    distinct: I64,
    index: ShingleIndex,
    runs: Runs,
    out: I32,
) -> None:
    """Fill `out` (pairs, FEATURES) with the counts of an alignment of each pair of texts, in the row of the pair.

    `texts` are the tokens of a batch, text i from `offsets[i]` to `offsets[i + 1]`; a pair is A `left[p]` and B
    `right[p]`. `order` holds the numbers of the pairs, those with one text A together, so that it is indexed once;
    `distinct` counts the shingles of each text; `index` and `runs` are working memory, as long as the hash table of the
    longest text. See `compiled_or_numpy.compare` for the method.
    """
    values, flags, grams = texts
    indexed = -1
    size, whole = 0, 0
    for at in range(len(order)):
        if at + 1 < len(order):
            following = order[at + 1]
            b = right[following]
            _prefetch_pair(texts, offsets[b], offsets[b + 1], out[following])
        pair = order[at]
        a, b = left[pair], right[pair]
        a0, a1, b0, b1 = offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]
        text_a = Text(values[a0:a1], flags[a0:a1], grams[a0:a1])
        text_b = Text(values[b0:b1], flags[b0:b1], grams[b0:b1])
        if a != indexed:
            size, whole = _fill_index(text_a.grams, index)
            indexed = a
        count, shared = _find_runs(text_a.grams, text_b.grams, text_b.flags, size, whole, index, runs)
        row = out[pair]
        row[:] = 0
        row[TOKENS_A], row[TOKENS_B] = a1 - a0, b1 - b0
        row[DISTINCT_A], row[DISTINCT_B], row[SHARED] = distinct[a], distinct[b], shared
        _align(text_a, text_b, runs, count, index, row)


# called by the loops above: whoever compiles those has to make these known first
PARTS = (
    _fill_index,
    _find_runs,
    _count_replaced,
    _next_shared,
    _equal_values,
    _measure_gap,
    _align,
    _prefetch_pair,
)
