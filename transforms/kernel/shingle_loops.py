"""Loops from text to signatures, written for numba and valid as plain Python: flat arrays in, filled arrays out.

Every product is cast back at once: numba widens uint32 * uint32 to 64 bits, and the hashes are defined modulo 2**32.
"""

from __future__ import annotations

import numpy as np

from transforms.kernel.numpy_loops import I64, U8, U16, U32, U64, mix64

# Plain integers of the module become constants of the compiled code.
_LETTER, _UPPER, _DIGIT, _UNSPACED, _LONG, _MARK, _IGNORED, _END, _UNKNOWN = 1, 2, 3, 4, 5, 6, 7, 8, 9
_NUMBER, _CAPITAL, _SINGLE, _LONG_TOKEN, _OPENS, _REPEATED = 1, 2, 4, 8, 16, 32
_WORDS, _CHARACTERS, _LONG_CHARACTERS = 3, 5, 9

# columns of `alignment_loops.compare`
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
    points: U8 | U16 | U32,
    starts: I64,
    classes: U8,
    values: U64,
    steps: U8,
    out_values: U32,
    out_flags: U8,
    offsets: I64,
) -> int:
    """Fill token hashes, flags and offsets of texts of code points; return the number of tokens.

    Returns -1 at a character of the class UNKNOWN. `out_values` and `out_flags` have an entry for each code point,
    `offsets` one more than texts, the first 0. The inputs are those of `compiled_or_numpy.tokenise`.
    """
    base = np.uint64(0x9E3779B97F4A7C15)
    s32 = np.uint64(32)
    one = np.uint64(1)
    limit = np.uint64(len(classes))
    count = 0
    for text in range(len(starts) - 1):
        opens = True
        at = np.uint64(starts[text])
        stop = np.uint64(starts[text + 1])
        while at < stop:
            point = np.uint64(points[at])
            kind = classes[point] if point < limit else np.uint8(0)
            at += one
            if kind == _END:
                opens = True
            if kind == _UNKNOWN:
                return -1
            if kind == 0 or kind > _LONG:
                continue
            # a token begins: the rest of the word, or of the marks on a character that is a token of its own
            flag = _OPENS if opens else 0
            opens = False
            is_word = kind <= _DIGIT
            if kind == _UPPER:
                flag |= _CAPITAL
            elif kind == _UNSPACED:
                flag |= _SINGLE
            elif kind == _LONG:
                flag |= _SINGLE | _LONG_TOKEN
            total = np.uint64(0)
            power = one
            last = one
            while True:
                if kind <= _LONG:
                    if kind == _DIGIT:
                        flag |= _NUMBER
                    total = np.uint64(total + np.uint64(values[point] * power))
                    if steps[point] == 1:
                        last = power
                        power = np.uint64(power * base)
                    else:
                        for _ in range(steps[point]):
                            last = power
                            power = np.uint64(power * base)
                elif kind == _MARK:
                    total = np.uint64(total + np.uint64(values[point] * last))
                if at == stop:
                    break
                point = np.uint64(points[at])
                kind = classes[point] if point < limit else np.uint8(0)
                if kind == 0 or kind > _IGNORED or (kind <= _LONG and not (is_word and kind <= _DIGIT)):
                    break
                at += one
            out_values[count] = np.uint32(mix64(total) >> s32)
            out_flags[count] = flag
            count += 1
        offsets[text + 1] = count
    return count


def grams(values: U32, flags: U8, offsets: I64, out: U32) -> None:
    """Fill `out` with the 32-bit hash of the shingle that starts at each token, 0 where the text ends first.

    Text i is `values[offsets[i]:offsets[i + 1]]`; see `compiled_or_numpy.grams` for the length of a shingle.
    """
    s32 = np.uint64(32)
    weights = np.empty(_LONG_CHARACTERS, np.uint64)
    for position in range(_LONG_CHARACTERS):
        weights[position] = np.uint64(mix64(np.uint64(position + 1)) | np.uint64(1))
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
            h = np.uint64(np.uint64(values[at]) * weights[0])
            h = np.uint64(h + np.uint64(np.uint64(values[at + 1]) * weights[1]))
            h = np.uint64(h + np.uint64(np.uint64(values[at + 2]) * weights[2]))
            for position in range(_WORDS, width):
                h = np.uint64(h + np.uint64(np.uint64(values[at + position]) * weights[position]))
            top = np.uint32(mix64(h) >> s32)
            out[at] = top if top != 0 else np.uint32(1)


def shingles(values: U32, grams: U32, offsets: I64, out: U32, out_offsets: I64) -> int:
    """Fill `out` with the shingle hashes of all texts end to end and `out_offsets` with where each text begins.

    Text i is `values[offsets[i]:offsets[i + 1]]`, `grams` the hash of the shingle that starts at each token. A text
    without a whole shingle gets one hash of all its tokens. Returns how many hashes were filled. `out` has an
    entry for each token, `out_offsets` one more than texts, the first 0.
    """
    s32 = np.uint64(32)
    count = 0
    for text in range(len(offsets) - 1):
        before = count
        for at in range(offsets[text], offsets[text + 1]):
            out[count] = grams[at]
            count += grams[at] != 0
        if count == before and offsets[text + 1] > offsets[text]:
            total = np.uint64(0)
            for at in range(offsets[text], offsets[text + 1]):
                weight = np.uint64(
                    mix64(np.uint64(at - offsets[text] + 1)) | np.uint64(1)
                )  # of this position
                total = np.uint64(total + np.uint64(np.uint64(values[at]) * weight))
            top = np.uint32(mix64(total) >> s32)
            out[count] = top if top != 0 else np.uint32(1)
            count += 1
        out_offsets[text + 1] = count
    return count


def sign(values: U32, offsets: I64, multipliers: U32, increments: U32, mixed: U32, out: U32) -> None:
    """Fill `out` (texts, permutations) with MinHash signatures: the least of each affine permutation over mixed hashes.

    Text i is `values[offsets[i]:offsets[i + 1]]`; `multipliers` and `increments` are the permutations, `mixed` is
    working memory for the longest text.
    """
    m1, m2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
    s16, s13 = np.uint32(16), np.uint32(13)
    for text in range(len(offsets) - 1):
        start, size = offsets[text], offsets[text + 1] - offsets[text]
        for at in range(size):
            h = np.uint32(values[start + at] ^ (values[start + at] >> s16))
            h = np.uint32(h * m1)
            h = np.uint32(h ^ (h >> s13))
            h = np.uint32(h * m2)
            mixed[at] = np.uint32(h ^ (h >> s16))
        for k in range(len(multipliers)):
            multiplier, increment = multipliers[k], increments[k]
            least = np.uint32(0xFFFFFFFF)
            for at in range(size):
                least = min(least, np.uint32(np.uint32(multiplier * mixed[at]) + increment))
            out[text, k] = least


def fingerprints(values: U32, offsets: I64, width: int, modulus: int, keys: U64, owners: I64) -> int:
    """Fill `keys` with sampled hashes of runs of `width` tokens, `owners` with the text of each; return how many.

    Mod-p sampling (Manber 1994): kept are the hashes that `modulus` divides; text i is `values[offsets[i]:offsets[i +
    1]]`. `keys` and `owners` have an entry for each token. Rolling hash (Karp and Rabin 1987): its first token is
    subtracted, the rest divided by the base (modulo 2**64, where an odd number has an inverse), and the next token
    added at the last position.
    """
    base = np.uint64(0x9E3779B97F4A7C15)
    inverse = base  # right in the last three bits, and in twice as many after each step (Newton)
    for _ in range(5):
        inverse = np.uint64(inverse * np.uint64(np.uint64(2) - np.uint64(base * inverse)))
    highest = np.uint64(1)
    for _ in range(width - 1):
        highest = np.uint64(highest * base)
    is_power = modulus & (modulus - 1) == 0
    low, divisor = np.uint64(modulus - 1), np.uint64(modulus)
    count = 0
    for text in range(len(offsets) - 1):
        start, stop = offsets[text], offsets[text + 1]
        if stop - start < width:
            continue
        total = np.uint64(0)
        power = np.uint64(1)
        for at in range(start, start + width):
            total = np.uint64(total + np.uint64(np.uint64(values[at]) * power))
            power = np.uint64(power * base)
        for at in range(start, stop - width + 1):
            h = mix64(total)
            rest = (h & low) if is_power else h % divisor
            if rest == 0 and h != 0:
                keys[count] = h
                owners[count] = text
                count += 1
            if at + width < stop:
                total = np.uint64(np.uint64(total - np.uint64(values[at])) * inverse)
                total = np.uint64(total + np.uint64(np.uint64(values[at + width]) * highest))
    return count


def count_distinct(grams: U32, offsets: I64, keys: I64, flags: U8, out: I64) -> None:
    """Fill `out` with the number of different shingle hashes of each text; 0 stands for no shingle and is not counted.

    Sets REPEATED in `flags` where a shingle stands that its text had before. Text i is
    `grams[offsets[i]:offsets[i + 1]]`. `keys` is working memory for a hash table (open addressing): a power of two, at
    least 8 and twice the longest text.
    """
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
            else:
                flags[i] |= _REPEATED
        out[text] = count


def components(left: I64, right: I64, parent: I64) -> None:
    """Fill `parent` with the smallest node of each node's connected component (union-find with path halving).

    Nodes are the indices of `parent`, whose values are overwritten; link i joins `left[i]` and `right[i]`.
    """
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
        parent[node] = parent[parent[node]]  # a root is smaller than its nodes and was resolved before them
