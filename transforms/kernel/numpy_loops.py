"""The arithmetic of finding copies in NumPy alone: runs without numba, and the compiled loops must equal it."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

U8: TypeAlias = NDArray[np.uint8]
U16: TypeAlias = NDArray[np.uint16]
U32: TypeAlias = NDArray[np.uint32]
U64: TypeAlias = NDArray[np.uint64]
I32: TypeAlias = NDArray[np.int32]
I64: TypeAlias = NDArray[np.int64]
F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
Words = TypeVar("Words", U64, np.uint64)

# classes of characters
SEPARATOR, LETTER, UPPER, DIGIT, UNSPACED, UNSPACED_LONG, MARK, IGNORED, SENTENCE_END, UNKNOWN = range(10)
# flags of tokens
NUMBER, CAPITAL, UNSPACED_TOKEN, LONG_TOKEN, OPENS_SENTENCE = 1, 2, 4, 8, 16
REPEATED = 32  # the shingle that begins here stood in the text before; set where texts are compared
# Tokens to a shingle. Three words is the usual choice for news: two reports of one event share .01 of them, two
# copies most of them; five Han characters or nine Thai ones carry about as much.
WORDS, CHARACTERS, LONG_CHARACTERS = 3, 5, 9

BASE = 0x9E3779B97F4A7C15 | 1  # odd, so that powers never vanish modulo 2**64
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # of SplitMix64's finaliser (Steele, Lea, Flood 2014)


def mix64(values: Words) -> Words:
    """Hash 64-bit values, an array or one, so that close ones get unrelated hashes (SplitMix64's finaliser).

    A bijection; 0 stays 0. Products wrap modulo 2**64. Compiled loops call it with single values.
    """
    mixed = values ^ (values >> np.uint64(30))
    mixed = mixed * np.uint64(_MIX_1)
    mixed = mixed ^ (mixed >> np.uint64(27))
    mixed = mixed * np.uint64(_MIX_2)
    spread: Words = mixed ^ (mixed >> np.uint64(31))
    return spread


def gram_weights() -> U64:
    """Return the factors by which tokens are weighted in a shingle's hash, one for each of nine places: odd, 64-bit."""
    return mix64(np.arange(1, LONG_CHARACTERS + 1, dtype=np.uint64)) | np.uint64(1)


def tokenise(
    points: U8 | U16 | U32, starts: I64, classes: U8, values: U64, steps: U8
) -> tuple[U32, U8, I64] | None:
    """Split texts of code points into tokens with NumPy: hashes, flags and offsets.

    Parameters and result are those of `compiled_or_numpy.tokenise`: the tokens of text i lie at `offsets[i]:offsets[i +
    1]`. Returns None where a character is of the class UNKNOWN; no texts give no tokens and the offsets [0].
    """
    texts = len(starts) - 1
    owner = np.repeat(np.arange(texts, dtype=np.int64), np.diff(starts))
    known = points < len(classes)
    safe = np.where(known, points, 0)
    kind = np.where(known, classes[safe], SEPARATOR).astype(np.uint8)
    if (kind == UNKNOWN).any():
        return None
    visible = kind != IGNORED
    kind, owner, safe = kind[visible], owner[visible], safe[visible]
    is_mark = kind == MARK
    solid = np.flatnonzero(~is_mark)
    s_kind, s_owner, s_point = kind[solid], owner[solid], safe[solid]
    is_word = (s_kind == LETTER) | (s_kind == UPPER) | (s_kind == DIGIT)
    is_single = (s_kind == UNSPACED) | (s_kind == UNSPACED_LONG)
    follows = np.zeros(len(solid), np.bool_)
    follows[1:] = is_word[:-1] & (s_owner[1:] == s_owner[:-1])
    is_start = is_single | (is_word & ~follows)
    base = is_word | is_single
    token_of = np.cumsum(is_start) - 1
    count = int(is_start.sum())
    step = np.where(base, steps[s_point], 0).astype(np.int64)
    before = np.cumsum(step) - step
    first = np.flatnonzero(is_start)
    position = before - (before[first][np.maximum(token_of, 0)] if count else 0)
    powers = _powers(int((position + step).max(initial=1)) + 1)
    sums = np.zeros(count, np.uint64)
    chosen = np.flatnonzero(base)
    if count:
        parts = values[s_point[chosen]] * powers[position[chosen]]
        sums = np.add.reduceat(parts, np.searchsorted(chosen, first))
    _add_marks(
        sums, is_mark, solid, owner, safe, values, base, s_owner, token_of, position + step - 1, powers
    )
    hashes = (mix64(sums) >> np.uint64(32)).astype(np.uint32)
    flags = _token_flags(s_kind, s_owner, token_of, first, count)
    counts = np.bincount(s_owner[first], minlength=texts) if count else np.zeros(texts, np.int64)
    return hashes, flags, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _powers(count: int) -> U64:
    """Return the first powers of BASE modulo 2**64."""
    powers = np.full(count, BASE, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _add_marks(
    sums: U64,
    is_mark: NDArray[np.bool_],
    solid: I64,
    owner: I64,
    points: U8 | U16 | U32,
    values: U64,
    base: NDArray[np.bool_],
    s_owner: I64,
    token_of: I64,
    last_position: I64,
    powers: U64,
) -> None:
    """Add every combining mark to the token of the character that carries it, at that character's position."""
    marks = np.flatnonzero(is_mark)
    carrier = np.searchsorted(solid, marks) - 1
    held = carrier >= 0
    marks, carrier = marks[held], carrier[held]
    held = base[carrier] & (s_owner[carrier] == owner[marks])
    marks, carrier = marks[held], carrier[held]
    np.add.at(sums, token_of[carrier], values[points[marks]] * powers[last_position[carrier]])


def _token_flags(s_kind: U8, s_owner: I64, token_of: I64, first: I64, count: int) -> U8:
    """Return the flags of tokens from the kinds of their characters."""
    flags = np.zeros(count, np.uint8)
    if not count:
        return flags
    digits = np.flatnonzero(s_kind == DIGIT)
    flags[token_of[digits]] |= np.uint8(NUMBER)
    kind = s_kind[first]
    flags[kind == UPPER] |= np.uint8(CAPITAL)
    flags[(kind == UNSPACED) | (kind == UNSPACED_LONG)] |= np.uint8(UNSPACED_TOKEN)
    flags[kind == UNSPACED_LONG] |= np.uint8(LONG_TOKEN)
    ends = np.concatenate([[0], np.cumsum(s_kind == SENTENCE_END)])
    opens = np.ones(count, np.bool_)
    opens[1:] = (s_owner[first[1:]] != s_owner[first[:-1]]) | (ends[first[1:]] > ends[first[:-1]])
    flags[opens] |= np.uint8(OPENS_SENTENCE)
    return flags


def grams(values: U32, flags: U8, offsets: I64) -> U32:
    """Return the 32-bit hash of the shingle that starts at each token, 0 where the text ends first, with NumPy.

    Text i is `values[offsets[i]:offsets[i + 1]]`; see `compiled_or_numpy.grams` for the length of a shingle.
    """
    total = len(values)
    weights = gram_weights()
    width = np.where(flags & UNSPACED_TOKEN, CHARACTERS, WORDS)
    width = np.where(flags & LONG_TOKEN, LONG_CHARACTERS, width)
    end = np.repeat(offsets[1:], np.diff(offsets))
    sums = np.zeros(total, np.uint64)
    wide = values.astype(np.uint64)
    for position in range(LONG_CHARACTERS):
        shifted = np.zeros(total, np.uint64)
        shifted[: max(total - position, 0)] = wide[position:] * weights[position]
        sums += np.where(position < width, shifted, np.uint64(0))
    hashes = (mix64(sums) >> np.uint64(32)).astype(np.uint32)
    hashes[hashes == 0] = 1
    hashes[np.arange(total) + width > end] = 0
    return hashes


def shingles(values: U32, gram_hashes: U32, offsets: I64) -> tuple[U32, I64]:
    """Return the shingle hashes of all texts end to end, and the offsets of each text, with NumPy.

    Text i is `values[offsets[i]:offsets[i + 1]]`. They are the `gram_hashes` that are not 0; a text that has none gets
    one hash of all its tokens, a text without tokens none.
    """
    present = gram_hashes != 0
    running = np.concatenate([[0], np.cumsum(present)])
    counts = running[offsets[1:]] - running[offsets[:-1]]
    short = np.flatnonzero((counts == 0) & (np.diff(offsets) > 0))
    if len(short) == 0:
        return gram_hashes[present], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    filled = gram_hashes.copy()
    weights = gram_weights()
    for text in short:
        tokens = values[offsets[text] : offsets[text + 1]].astype(np.uint64)
        total = (tokens * weights[: len(tokens)]).sum(dtype=np.uint64, keepdims=True)
        filled[offsets[text]] = max(int(mix64(total)[0] >> np.uint64(32)), 1)
    counts[short] = 1
    return filled[filled != 0], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def band_keys(signatures: U32, bands: int, rows: int) -> U64:
    """Return a 64-bit key for each LSH band of each signature, (texts, bands), with NumPy.

    `signatures` are (texts, permutations). Band k is the k-th `rows` columns; equal bands of different k have different
    keys. 0 for a text without shingles.
    """
    parts = signatures[:, : bands * rows].reshape(len(signatures), bands, rows).astype(np.uint64)
    keys = np.broadcast_to(mix64(np.arange(1, bands + 1, dtype=np.uint64)), (len(signatures), bands)).copy()
    for row in range(rows):
        keys = mix64(keys * np.uint64(BASE) + parts[:, :, row])
    keys[keys == 0] = 1
    keys[(signatures == 0xFFFFFFFF).all(axis=1)] = 0
    return keys


def count_distinct(gram_hashes: U32, flags: U8, offsets: I64) -> tuple[I64, U8]:
    """Count the different shingle hashes of each text and flag repeats: `compiled_or_numpy.count_distinct` in NumPy."""
    owner = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint64), np.diff(offsets))
    present = np.flatnonzero(gram_hashes)
    packed = (owner[present] << np.uint64(32)) | gram_hashes[present]
    first = np.unique(packed, return_index=True)[1]
    flagged = flags.copy()
    flagged[present] |= np.uint8(REPEATED)
    flagged[present[first]] = flags[present[first]]
    counts = np.bincount(owner[present[first]].astype(np.int64), minlength=len(offsets) - 1)
    return counts.astype(np.int64), flagged


def fingerprints(values: U32, offsets: I64, width: int, modulus: int) -> tuple[U64, I64]:
    """Sample fingerprints of texts with NumPy: the 64-bit hashes of runs of `width` tokens that `modulus` divides.

    Mod-p sampling (Manber 1994). Returns the hashes and, beside each, the number of its text, in reading order with
    repeats. Text i is `values[offsets[i]:offsets[i + 1]]`; no run crosses two texts; 0 is left out; shorter texts have
    none.
    """
    count = max(len(values) - width + 1, 0)
    powers = _powers(width)
    sums = np.zeros(count, np.uint64)
    wide = values.astype(np.uint64)
    for position in range(width):
        sums += wide[position : position + count] * powers[position]
    hashes = mix64(sums)
    owner = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    kept = (owner[:count] == owner[width - 1 :]) if count else np.zeros(0, np.bool_)
    kept &= (hashes % np.uint64(modulus) == 0) & (hashes != 0)
    return hashes[kept], owner[:count][kept]


def orient(values: U32, offsets: I64, left: I64, right: I64) -> tuple[I64, I64]:
    """Return the longer and the shorter text of each pair `left[i]`, `right[i]`, with NumPy.

    Text i is `values[offsets[i]:offsets[i + 1]]`. Length is in tokens; of equally long texts the one with the greater
    hash of its tokens is the first.
    """
    lengths = np.diff(offsets)
    total = len(values)
    position = np.arange(total) - np.repeat(offsets[:-1], lengths)
    mixed = mix64(values.astype(np.uint64) + (position.astype(np.uint64) << np.uint64(32)))
    sums = np.zeros(total + 1, np.uint64)
    np.cumsum(mixed, out=sums[1:])
    marks = sums[offsets[1:]] - sums[offsets[:-1]]
    swap = (lengths[left] < lengths[right]) | (
        (lengths[left] == lengths[right]) & (marks[left] < marks[right])
    )
    return np.where(swap, right, left), np.where(swap, left, right)
