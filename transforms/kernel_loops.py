"""The copies engine's loops, written for numba and valid as plain Python: flat arrays in, filled arrays out.

Every product is cast back at once: numba widens uint32 * uint32 to 64 bits, and the hashes are defined modulo 2**32.
"""

from __future__ import annotations

import numpy as np

from transforms.kernel_numpy import F32, F64, I32, I64, U8, U32, U64

# Plain integers of the module become constants of the compiled code.
_LETTER, _UPPER, _DIGIT, _UNSPACED, _LONG, _MARK, _IGNORED, _END = 1, 2, 3, 4, 5, 6, 7, 8
_NUMBER, _CAPITAL, _SINGLE, _LONG_TOKEN, _OPENS = 1, 2, 4, 8, 16
_WORDS, _CHARACTERS, _LONG_CHARACTERS = 3, 5, 9
_SLOT = (
    8  # tokens: the longest gap that still counts as words exchanged in place and not as a passage rewritten
)

# columns of `compare`
FEATURES = 19
(
    TOKENS_A,
    TOKENS_B,
    SHARED,  # distinct shingles in both
    DISTINCT_A,
    DISTINCT_B,
    MATCHED,  # tokens aligned in order
    RUNS,
    LONGEST,
    HEAD_A,  # tokens before the first aligned run
    HEAD_B,
    TAIL_A,
    TAIL_B,
    CLASH,  # passages that differ: the geometric mean of both sides of each gap too long for a slot
    ONLY_A,  # tokens inside the alignment that one text has and the other has not
    ONLY_B,
    SLOTS,  # gaps of a few tokens on both sides
    SLOT_TOKENS,
    NUMBER_SLOTS,  # slots where each side has a number that the other has not
    NAME_SLOTS,  # slots where each side has a capitalised word that the other has not
) = range(FEATURES)


def tokenise(
    points: U32,
    starts: I64,
    classes: U8,
    values: U64,
    steps: U8,
    out_values: U32,
    out_flags: U8,
    offsets: I64,
) -> int:
    """Fill token hashes, flags and offsets; return the number of tokens. See `kernel.tokenise`."""
    base = np.uint64(0x9E3779B97F4A7C15)
    mix_1, mix_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    s30, s27, s31, s32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
    one = np.uint64(1)
    limit = len(classes)
    count = 0
    for text in range(len(starts) - 1):
        opens = True
        state = 0  # 0 between tokens, 1 in a word, 2 after a character that is a token of its own
        total = np.uint64(0)
        power = one
        last = one
        flag = 0
        for at in range(starts[text], starts[text + 1] + 1):
            kind = 0
            point = np.int64(0)
            if at < starts[text + 1]:
                point = np.int64(points[at])
                if point < limit:
                    kind = classes[point]
            if kind == _IGNORED and at < starts[text + 1]:
                continue
            if kind == _MARK:
                if state != 0:
                    total = np.uint64(total + np.uint64(values[point] * last))
                continue
            is_word = kind in (_LETTER, _UPPER, _DIGIT)
            if state != 0 and not (state == 1 and is_word):
                h = np.uint64(total ^ (total >> s30))
                h = np.uint64(h * mix_1)
                h = np.uint64(h ^ (h >> s27))
                h = np.uint64(h * mix_2)
                h = np.uint64(h ^ (h >> s31))
                out_values[count] = np.uint32(h >> s32)
                out_flags[count] = flag
                count += 1
                state = 0
            if is_word or kind in (_UNSPACED, _LONG):
                if state == 0:
                    total = np.uint64(0)
                    power = one
                    flag = 0
                    if opens:
                        flag = _OPENS
                        opens = False
                    if kind == _UPPER:
                        flag |= _CAPITAL
                    elif kind == _UNSPACED:
                        flag |= _SINGLE
                    elif kind == _LONG:
                        flag |= _SINGLE | _LONG_TOKEN
                    state = 1 if is_word else 2
                if kind == _DIGIT:
                    flag |= _NUMBER
                total = np.uint64(total + np.uint64(values[point] * power))
                for _ in range(steps[point]):
                    last = power
                    power = np.uint64(power * base)
            elif kind == _END:
                opens = True
        offsets[text + 1] = count
    return count


def grams(values: U32, flags: U8, offsets: I64, out: U32) -> None:
    """Fill the hash of the run of words that starts at each token. See `kernel.grams`."""
    mix_1, mix_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    s30, s27, s31, s32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
    weights = np.empty(_LONG_CHARACTERS, np.uint64)
    for place in range(_LONG_CHARACTERS):
        h = np.uint64(place + 1)
        h = np.uint64(h ^ (h >> s30))
        h = np.uint64(h * mix_1)
        h = np.uint64(h ^ (h >> s27))
        h = np.uint64(h * mix_2)
        h = np.uint64(h ^ (h >> s31))
        weights[place] = np.uint64(h | np.uint64(1))
    for text in range(len(offsets) - 1):
        end = offsets[text + 1]
        for at in range(offsets[text], end):
            width = _WORDS
            if flags[at] & _LONG_TOKEN:
                width = _LONG_CHARACTERS
            elif flags[at] & _SINGLE:
                width = _CHARACTERS
            if at + width > end:
                out[at] = 0
                continue
            h = np.uint64(0)
            for place in range(width):
                h = np.uint64(h + np.uint64(np.uint64(values[at + place]) * weights[place]))
            h = np.uint64(h ^ (h >> s30))
            h = np.uint64(h * mix_1)
            h = np.uint64(h ^ (h >> s27))
            h = np.uint64(h * mix_2)
            h = np.uint64(h ^ (h >> s31))
            top = np.uint32(h >> s32)
            out[at] = top if top != 0 else np.uint32(1)


def sign(values: U32, offsets: I64, multipliers: U32, increments: U32, out: U32) -> None:
    """Fill the MinHash rows. See `kernel.sign`."""
    m1, m2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
    s16, s13 = np.uint32(16), np.uint32(13)
    permutations = len(multipliers)
    least = np.empty(permutations, np.uint32)
    for text in range(len(offsets) - 1):
        for k in range(permutations):
            least[k] = np.uint32(0xFFFFFFFF)
        for at in range(offsets[text], offsets[text + 1]):
            h = np.uint32(values[at] ^ (values[at] >> s16))
            h = np.uint32(h * m1)
            h = np.uint32(h ^ (h >> s13))
            h = np.uint32(h * m2)
            h = np.uint32(h ^ (h >> s16))
            for k in range(permutations):
                hashed = np.uint32(np.uint32(multipliers[k] * h) + increments[k])
                least[k] = min(least[k], hashed)
        for k in range(permutations):
            out[text, k] = least[k]


def anchors(values: U32, offsets: I64, width: int, share: int, keys: U64, owners: I64) -> int:
    """Fill the chosen hashes of runs of tokens and their texts; return how many. See `kernel.anchors`."""
    base = np.uint64(0x9E3779B97F4A7C15)
    mix_1, mix_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    s30, s27, s31 = np.uint64(30), np.uint64(27), np.uint64(31)
    powers = np.empty(width, np.uint64)
    power = np.uint64(1)
    for place in range(width):
        powers[place] = power
        power = np.uint64(power * base)
    count = 0
    for text in range(len(offsets) - 1):
        for at in range(offsets[text], offsets[text + 1] - width + 1):
            h = np.uint64(0)
            for place in range(width):
                h = np.uint64(h + np.uint64(np.uint64(values[at + place]) * powers[place]))
            h = np.uint64(h ^ (h >> s30))
            h = np.uint64(h * mix_1)
            h = np.uint64(h ^ (h >> s27))
            h = np.uint64(h * mix_2)
            h = np.uint64(h ^ (h >> s31))
            if h % np.uint64(share) == 0 and h != 0:
                keys[count] = h
                owners[count] = text
                count += 1
    return count


def count_distinct(grams: U32, offsets: I64, keys: I64, out: I64) -> None:
    """Fill how many different shingles each text has. See `kernel.count_distinct`."""
    for text in range(len(offsets) - 1):
        size = 8
        while size < 2 * (offsets[text + 1] - offsets[text]):
            size *= 2
        mask = size - 1
        for i in range(size):
            keys[i] = 0
        count = 0
        for i in range(offsets[text], offsets[text + 1]):
            gram = np.int64(grams[i])
            if gram == 0:
                continue
            slot = gram & mask
            while keys[slot] != 0 and keys[slot] != gram:
                slot = (slot + 1) & mask
            if keys[slot] == 0:
                keys[slot] = gram
                count += 1
        out[text] = count


def compare(
    values: U32,
    flags: U8,
    grams: U32,
    offsets: I64,
    left: I64,
    right: I64,
    distinct: I64,
    keys: U32,
    work: I32,
    out: I32,
) -> None:
    """Fill one row of features a pair. See `kernel.compare`.

    The alignment is greedy: equal tokens are walked through; at a difference it goes on at the shared shingle that
    skips the fewest tokens of both texts together (ties: fewest of the first).
    """
    first, stamp, following, hits = work[0], work[1], work[2], work[3]
    indexed = -1
    mask = 0
    distinct_a = 0
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        a0, b0 = offsets[a], offsets[b]
        n, m = offsets[a + 1] - a0, offsets[b + 1] - b0
        if a != indexed:
            size = 8
            while size < 2 * n:
                size *= 2
            mask = size - 1
            for i in range(size):
                keys[i] = 0
                stamp[i] = -1
            distinct_a = 0
            for back in range(n):
                i = n - 1 - back
                gram = grams[a0 + i]
                following[i] = -1
                if gram == 0:
                    continue
                slot = np.int64(gram) & mask
                while keys[slot] != 0 and keys[slot] != gram:
                    slot = (slot + 1) & mask
                if keys[slot] == 0:
                    keys[slot] = gram
                    distinct_a += 1
                else:
                    following[i] = first[slot]
                first[slot] = i
            indexed = a
        row = out[pair]
        row[TOKENS_A], row[TOKENS_B], row[DISTINCT_A] = n, m, distinct_a
        row[DISTINCT_B] = distinct[b]
        # for every shingle of B where it stands first in A
        shared = 0
        for j in range(m):
            gram = grams[b0 + j]
            hits[j] = -1
            if gram == 0:
                continue
            slot = np.int64(gram) & mask
            while keys[slot] != 0 and keys[slot] != gram:
                slot = (slot + 1) & mask
            if keys[slot] != 0:
                hits[j] = first[slot]
                if stamp[slot] != pair:
                    stamp[slot] = pair
                    shared += 1
        row[SHARED] = shared
        # alignment
        i = 0
        j = 0
        run = 0
        started = False
        while True:
            run = 0
            while i < n and j < m and values[a0 + i] == values[b0 + j]:
                i += 1
                j += 1
                run += 1
            if run > 0:
                started = True
                row[MATCHED] += run
                row[RUNS] += 1
                if run > row[LONGEST]:
                    row[LONGEST] = run
            # the nearest shared shingle from here
            best = n - i + m - j + 1
            to_i, to_j = -1, -1
            dj = 0
            while j + dj < m and dj < best:
                at = hits[j + dj]
                while at >= 0 and (at < i or values[a0 + at] != values[b0 + j + dj]):
                    at = following[at]  # a shingle hash can collide; the token itself must be equal
                if at >= 0 and at - i + dj < best:
                    best = at - i + dj
                    to_i, to_j = at, j + dj
                dj += 1
            if to_i < 0:
                if started:
                    row[TAIL_A], row[TAIL_B] = n - i, m - j
                else:
                    row[HEAD_A], row[HEAD_B] = n, m
                break
            gap_a, gap_b = to_i - i, to_j - j
            if not started:
                row[HEAD_A], row[HEAD_B] = gap_a, gap_b
            elif gap_a > 0 and gap_b > 0 and gap_a <= _SLOT and gap_b <= _SLOT:
                row[SLOTS] += 1
                row[SLOT_TOKENS] += max(gap_a, gap_b)
                number_a, number_b, name_a, name_b = 0, 0, 0, 0
                for x in range(i, to_i):
                    found = False
                    for y in range(j, to_j):
                        if values[a0 + x] == values[b0 + y]:
                            found = True
                    if not found:
                        if flags[a0 + x] & _NUMBER:
                            number_a += 1
                        elif flags[a0 + x] & _CAPITAL and not flags[a0 + x] & _OPENS:
                            name_a += 1
                for y in range(j, to_j):
                    found = False
                    for x in range(i, to_i):
                        if values[a0 + x] == values[b0 + y]:
                            found = True
                    if not found:
                        if flags[b0 + y] & _NUMBER:
                            number_b += 1
                        elif flags[b0 + y] & _CAPITAL and not flags[b0 + y] & _OPENS:
                            name_b += 1
                if number_a > 0 and number_b > 0:
                    row[NUMBER_SLOTS] += 1
                elif name_a > 0 and name_b > 0:
                    row[NAME_SLOTS] += 1
            else:
                row[CLASH] += int(np.sqrt(gap_a * gap_b))
                row[ONLY_A] += gap_a - min(gap_a, gap_b)
                row[ONLY_B] += gap_b - min(gap_a, gap_b)
            i, j = to_i, to_j


def sum_trees(
    inputs: F64, roots: I64, column: I64, threshold: F64, left: I64, right: I64, value: F64, out: F64
) -> None:
    """Fill the sum of the leaves that each row of inputs reaches. See `kernel.sum_trees`."""
    for row in range(inputs.shape[0]):
        total = 0.0
        for tree in range(len(roots)):
            node = roots[tree]
            while column[node] >= 0:
                node = left[node] if inputs[row, column[node]] <= threshold[node] else right[node]
            total += value[node]
        out[row] = total


def components(left: I64, right: I64, parent: I64) -> None:
    """Fill for each node the smallest node it is linked with, over any number of links."""
    for node in range(len(parent)):
        parent[node] = node
    for link in range(len(left)):
        a, b = left[link], right[link]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for node in range(len(parent)):
        parent[node] = parent[
            parent[node]
        ]  # roots are smaller than what hangs on them, so one look is enough


def average_linkage(similarity: F32, least: float, label: I64) -> None:
    """Cluster by average similarity down to `least`; fill for each row the smallest row of its cluster.

    Nearest-neighbour chains (Murtagh 1983; Benzecri 1982): exact for average linkage, since it is reducible, in time of
    the square of the rows. `similarity` is used up.
    """
    rows = similarity.shape[0]
    size = np.ones(rows, np.int64)
    alive = np.ones(rows, np.bool_)
    stack = np.empty(rows + 1, np.int64)
    for row in range(rows):
        label[row] = row
    for start in range(rows):
        top = 0
        stack[0] = start
        while top >= 0 and alive[stack[top]]:
            here = stack[top]
            before = stack[top - 1] if top > 0 else -1
            nearest = before
            best = similarity[here, before] if before >= 0 else -1.0
            for other in range(rows):
                if alive[other] and other != here and similarity[here, other] > best:
                    best = similarity[here, other]
                    nearest = other
            if nearest < 0 or best < least:
                alive[here] = False  # nothing is near enough, and nothing ever will be
                top -= 1
            elif nearest == before:
                top -= 2
                kept, gone = min(here, before), max(here, before)
                both = size[kept] + size[gone]
                for other in range(rows):
                    if alive[other] and other != kept and other != gone:
                        mean = (
                            size[kept] * similarity[kept, other] + size[gone] * similarity[gone, other]
                        ) / both
                        similarity[kept, other] = mean
                        similarity[other, kept] = mean
                size[kept] = both
                alive[gone] = False
                for other in range(rows):
                    if label[other] == gone:
                        label[other] = kept
                if top < 0:
                    top = 0
                    stack[0] = kept
            else:
                top += 1
                stack[top] = nearest
