"""Comparing pairs of texts, written for numba and valid as plain Python: order and alignment.

Flat arrays in, filled arrays out, as in `kernel_loops`, where the columns of a compared pair are named.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from transforms.kernel_loops import (
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
from transforms.kernel_numpy import I32, I64, U8, U32, U64, mix64

Whole: TypeAlias = int | np.int64
_NUMBER, _CAPITAL, _OPENS = 1, 2, 16
_SLOT = (
    8  # tokens: the longest gap that still counts as words exchanged in place and not as a passage rewritten
)
SIFT = (
    32  # bits of the sieve for each slot of the table: of shingles that are not there, one in eighty passes
)


def orient(
    values: U32, offsets: I64, left: I64, right: I64, marks: U64, is_marked: U8, first: I64, second: I64
) -> None:
    """Fill the two texts of each pair, the longer first, of equal ones the one of the greater hash of its content."""
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
    """Fill the order that sorts small whole numbers, equal ones as they come; `ends` is zeros, one too many."""
    for number in numbers:
        ends[number + 1] += 1
    for number in range(1, len(ends)):
        ends[number] += ends[number - 1]
    for at in range(len(numbers)):
        order[ends[numbers[at]]] = at
        ends[numbers[at]] += 1


def _index(
    grams: U32, keys: U32, sieve: U32, first: I32, earliest: I32, following: I32, stamp: I32
) -> tuple[int, int]:
    """Index the shingles of one text; returns the size of the table and how many different ones there are."""
    n = len(grams)
    size = 8
    while size < 2 * n:
        size *= 2
    keys[:size] = 0
    sieve[:size] = 0
    mask, sift = np.uint64(size - 1), np.uint64(SIFT * size - 1)
    five, low, one = np.uint64(5), np.uint64(31), np.uint64(1)
    distinct = 0
    for back in range(n):
        i = n - 1 - back
        gram = grams[i]
        following[i] = -1
        stamp[i] = -1
        earliest[i] = i
        if gram == 0:
            continue
        wide = np.uint64(gram)
        slot = wide & mask
        while keys[slot] != 0 and keys[slot] != gram:
            slot = (slot + one) & mask
        if keys[slot] == 0:
            keys[slot] = gram
            sieve[(wide & sift) >> five] |= np.uint32(one << (wide & low))
            distinct += 1
        else:
            following[i] = first[slot]
        first[slot] = i
    for i in range(n):  # where the shingle of each place stands first
        if following[i] >= 0 and earliest[i] == i:
            at = np.int64(following[i])
            while at >= 0:
                earliest[at] = i
                at = np.int64(following[at])
    return size, distinct


def _meet(
    grams_a: U32,
    grams_b: U32,
    size: int,
    keys: U32,
    sieve: U32,
    first: I32,
    earliest: I32,
    following: I32,
    stamp: I32,
    pair: int,
    begins: I32,
    meets: I32,
    lengths: I32,
) -> tuple[int, int]:
    """Fill the stretches of B whose shingles A has in the same order; returns how many, and the distinct shingles.

    A stretch is longer than one shingle only where A has each of its shingles once. Where A repeats one, the stretch
    names the first place.
    """
    n, m = len(grams_a), len(grams_b)
    j: Whole
    mask, sift = np.uint64(size - 1), np.uint64(SIFT * size - 1)
    five, low, one, last = np.uint64(5), np.uint64(31), np.uint64(1), np.uint64(m)
    count = 0
    shared = 0
    j = 0
    while j < m:
        ahead = np.uint64(j)
        while ahead < last:
            wide = np.uint64(grams_b[ahead])
            if (sieve[(wide & sift) >> five] >> np.uint32(wide & low)) & np.uint32(1):
                break
            ahead += one
        j = np.int64(ahead)
        if j >= m:
            break
        gram = grams_b[j]
        slot = np.uint64(gram) & mask
        while keys[slot] != 0 and keys[slot] != gram:
            slot = (slot + one) & mask
        if gram == 0 or keys[slot] == 0:
            j += 1
            continue
        at = np.int64(first[slot])
        begins[count], meets[count] = j, at
        length = 1
        if stamp[at] != pair:
            stamp[at] = pair
            shared += 1
        if following[at] < 0:
            limit = min(n - at, m - j)
            while length < limit:
                x = at + length
                if grams_a[x] != grams_b[j + length] or grams_a[x] == 0:
                    break
                if following[x] >= 0 or earliest[x] != x:
                    break
                shared += stamp[x] != pair
                stamp[x] = pair
                length += 1
        lengths[count] = length
        count += 1
        j += length
    return count, shared


def _replaced(
    values_a: U32, flags_a: U8, values_b: U32, flags_b: U8, i: Whole, to_i: Whole, j: Whole, to_j: Whole
) -> tuple[int, int]:
    """Count the numbers and the names of a passage of A that the passage of B opposite has not."""
    numbers, names = 0, 0
    for x in range(i, to_i):
        found = False
        for y in range(j, to_j):
            if values_a[x] == values_b[y]:
                found = True
        if not found:
            if flags_a[x] & _NUMBER:
                numbers += 1
            elif flags_a[x] & _CAPITAL and not flags_a[x] & _OPENS:
                names += 1
    return numbers, names


def _next(
    values_a: U32,
    values_b: U32,
    i: Whole,
    j: Whole,
    begins: I32,
    meets: I32,
    lengths: I32,
    here: Whole,
    count: Whole,
    following: I32,
) -> tuple[Whole, Whole]:
    """Return the places of the nearest shared shingle from here on, -1 where there is none."""
    best = len(values_a) - i + len(values_b) - j + 1
    to_i, to_j = np.int64(-1), np.int64(-1)
    ahead = here
    while ahead < count and begins[ahead] - j < best:
        step = max(j - begins[ahead], 0)
        if lengths[ahead] > 1:
            step = max(step, i - meets[ahead])
        y = begins[ahead] + step
        while step < lengths[ahead] and y - j < best:
            at = np.int64(meets[ahead] + step)
            # a shingle hash can collide; the token itself must be equal
            while at >= 0 and (at < i or values_a[at] != values_b[y]):
                at = np.int64(following[at])
            if at >= 0:
                if at - i + y - j < best:
                    best = at - i + y - j
                    to_i, to_j = at, np.int64(y)
                break
            step += 1
            y += 1
        ahead += 1
    return to_i, to_j


def _align(
    values_a: U32,
    flags_a: U8,
    values_b: U32,
    flags_b: U8,
    begins: I32,
    meets: I32,
    lengths: I32,
    count: Whole,
    following: I32,
    row: I32,
) -> None:
    """Fill what the alignment of two texts says.

    It is greedy: equal tokens are walked through; at a difference it goes on at the shared shingle that skips the
    fewest tokens of both texts together (ties: fewest of the second).
    """
    n, m = len(values_a), len(values_b)
    i: Whole = np.int64(0)
    j: Whole = np.int64(0)
    here = np.int64(0)
    matched, runs, longest = 0, 0, 0
    while True:
        run = 0
        limit = min(n - i, m - j)
        while run + 8 <= limit:
            differs = np.uint32(0)
            for place in range(8):
                differs |= values_a[i + run + place] ^ values_b[j + run + place]
            if differs != 0:
                break
            run += 8
        while run < limit and values_a[i + run] == values_b[j + run]:
            run += 1
        i += run
        j += run
        if run > 0:
            matched += run
            runs += 1
            longest = max(longest, run)
        while here < count and begins[here] + lengths[here] <= j:
            here += 1
        to_i, to_j = _next(values_a, values_b, i, j, begins, meets, lengths, here, count, following)
        if to_i < 0:
            if runs > 0:
                row[TAIL_A], row[TAIL_B] = n - i, m - j
            else:
                row[HEAD_A], row[HEAD_B] = n, m
            break
        gap_a, gap_b = to_i - i, to_j - j
        if runs == 0:
            row[HEAD_A], row[HEAD_B] = gap_a, gap_b
        elif gap_a > 0 and gap_b > 0 and gap_a <= _SLOT and gap_b <= _SLOT:
            row[SLOTS] += 1
            row[SLOT_TOKENS] += max(gap_a, gap_b)
            number_a, name_a = _replaced(values_a, flags_a, values_b, flags_b, i, to_i, j, to_j)
            number_b, name_b = _replaced(values_b, flags_b, values_a, flags_a, j, to_j, i, to_i)
            if number_a > 0 and number_b > 0:
                row[NUMBER_SLOTS] += 1
            elif name_a > 0 and name_b > 0:
                row[NAME_SLOTS] += 1
        else:
            row[CLASH] += int(np.sqrt(gap_a * gap_b))
            row[ONLY_A] += gap_a - min(gap_a, gap_b)
            row[ONLY_B] += gap_b - min(gap_a, gap_b)
        i, j = to_i, to_j
    row[MATCHED], row[RUNS], row[LONGEST] = matched, runs, longest


def compare(
    values: U32,
    flags: U8,
    grams: U32,
    offsets: I64,
    left: I64,
    right: I64,
    order: I64,
    distinct: I64,
    keys: U32,
    sieve: U32,
    work: I32,
    out: I32,
) -> None:
    """Fill one row of features a pair, in the given order of pairs. See `kernel.compare`."""
    first, earliest, following, stamp = work[0], work[1], work[2], work[3]
    begins, meets, lengths = work[4], work[5], work[6]
    indexed = -1
    size, distinct_a = 0, 0
    for pair in order:
        a, b = left[pair], right[pair]
        a0, a1, b0, b1 = offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]
        if a != indexed:
            size, distinct_a = _index(grams[a0:a1], keys, sieve, first, earliest, following, stamp)
            indexed = a
        count, shared = _meet(
            grams[a0:a1],
            grams[b0:b1],
            size,
            keys,
            sieve,
            first,
            earliest,
            following,
            stamp,
            pair,
            begins,
            meets,
            lengths,
        )
        row = out[pair]
        for column in range(FEATURES):
            row[column] = 0
        row[TOKENS_A], row[TOKENS_B] = a1 - a0, b1 - b0
        row[DISTINCT_A], row[DISTINCT_B], row[SHARED] = distinct_a, distinct[b], shared
        _align(
            values[a0:a1],
            flags[a0:a1],
            values[b0:b1],
            flags[b0:b1],
            begins,
            meets,
            lengths,
            count,
            following,
            row,
        )


# called by the loops above: whoever compiles those has to make these known first
PARTS = (_index, _meet, _next, _replaced, _align)
