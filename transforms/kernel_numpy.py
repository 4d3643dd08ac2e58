"""The copies engine's arithmetic in NumPy alone: what runs without numba, and what the compiled loops must equal."""

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
# Tokens to a shingle. Three words is the usual choice for news: two reports of one event share .01 of them, two
# copies most of them; five Han characters or nine Thai ones carry about as much.
WORDS, CHARACTERS, LONG_CHARACTERS = 3, 5, 9

BASE = 0x9E3779B97F4A7C15 | 1  # odd, so that powers never vanish modulo 2**64
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # of SplitMix64's finaliser (Steele, Lea, Flood 2014)
_MURMUR_1, _MURMUR_2 = 0x85EBCA6B, 0xC2B2AE35  # the 32-bit finaliser of MurmurHash3
_BLOCK = 1 << 15  # shingles permuted at once: 128 rows of these stay within a few tens of megabytes


def mix64(values: Words) -> Words:
    """Spread 64-bit values (a bijection), so that close values get unrelated hashes; one, too, in a compiled loop."""
    mixed = values ^ (values >> np.uint64(30))
    mixed = mixed * np.uint64(_MIX_1)
    mixed = mixed ^ (mixed >> np.uint64(27))
    mixed = mixed * np.uint64(_MIX_2)
    spread: Words = mixed ^ (mixed >> np.uint64(31))
    return spread


def mix32(values: U32) -> U32:
    """Spread 32-bit values with the finaliser that datasketch applies before it permutes."""
    mixed = values ^ (values >> np.uint32(16))
    mixed = mixed * np.uint32(_MURMUR_1)
    mixed = mixed ^ (mixed >> np.uint32(13))
    mixed = mixed * np.uint32(_MURMUR_2)
    spread: U32 = mixed ^ (mixed >> np.uint32(16))
    return spread


def gram_weights() -> U64:
    """Return the odd weights by place in a shingle."""
    return mix64(np.arange(1, LONG_CHARACTERS + 1, dtype=np.uint64)) | np.uint64(1)


def tokenise(
    points: U8 | U16 | U32, starts: I64, classes: U8, values: U64, steps: U8
) -> tuple[U32, U8, I64] | None:
    """See `kernel.tokenise`."""
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
    place = before - (before[first][np.maximum(token_of, 0)] if count else 0)
    powers = _powers(int((place + step).max(initial=1)) + 1)
    sums = np.zeros(count, np.uint64)
    chosen = np.flatnonzero(base)
    if count:
        parts = values[s_point[chosen]] * powers[place[chosen]]
        sums = np.add.reduceat(parts, np.searchsorted(chosen, first))
    _add_marks(sums, is_mark, solid, owner, safe, values, base, s_owner, token_of, place + step - 1, powers)
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
    last_place: I64,
    powers: U64,
) -> None:
    """Add every combining mark to the token of the character that carries it, at that character's place."""
    marks = np.flatnonzero(is_mark)
    carrier = np.searchsorted(solid, marks) - 1
    held = carrier >= 0
    marks, carrier = marks[held], carrier[held]
    held = base[carrier] & (s_owner[carrier] == owner[marks])
    marks, carrier = marks[held], carrier[held]
    np.add.at(sums, token_of[carrier], values[points[marks]] * powers[last_place[carrier]])


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
    """See `kernel.grams`."""
    total = len(values)
    weights = gram_weights()
    width = np.where(flags & UNSPACED_TOKEN, CHARACTERS, WORDS)
    width = np.where(flags & LONG_TOKEN, LONG_CHARACTERS, width)
    end = np.repeat(offsets[1:], np.diff(offsets))
    sums = np.zeros(total, np.uint64)
    wide = values.astype(np.uint64)
    for place in range(LONG_CHARACTERS):
        shifted = np.zeros(total, np.uint64)
        shifted[: max(total - place, 0)] = wide[place:] * weights[place]
        sums += np.where(place < width, shifted, np.uint64(0))
    hashes = (mix64(sums) >> np.uint64(32)).astype(np.uint32)
    hashes[hashes == 0] = 1
    hashes[np.arange(total) + width > end] = 0
    return hashes


def shingles(values: U32, gram_hashes: U32, offsets: I64) -> tuple[U32, I64]:
    """Gather the grams that are there, with one of the whole text where it is too short to have any."""
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


def sign(values: U32, offsets: I64, multipliers: U32, increments: U32) -> U32:
    """See `kernel.sign`."""
    texts = len(offsets) - 1
    out = np.full((texts, len(multipliers)), 0xFFFFFFFF, np.uint32)
    mixed = mix32(values)
    text = 0
    while text < texts:
        stop = int(np.searchsorted(offsets, offsets[text] + _BLOCK, side="right")) - 1
        stop = min(max(stop, text + 1), texts)
        filled = np.flatnonzero(np.diff(offsets[text : stop + 1])) + text
        part = mixed[offsets[text] : offsets[stop]]
        if len(filled):
            begins = offsets[filled] - offsets[text]
            for permutation in range(len(multipliers)):
                hashed = part * multipliers[permutation] + increments[permutation]
                out[filled, permutation] = np.minimum.reduceat(hashed, begins)
        text = stop
    return out


def band_keys(signatures: U32, bands: int) -> U64:
    """See `kernel.band_keys`."""
    rows = signatures.shape[1] // bands
    parts = signatures[:, : bands * rows].reshape(len(signatures), bands, rows).astype(np.uint64)
    keys = np.broadcast_to(mix64(np.arange(1, bands + 1, dtype=np.uint64)), (len(signatures), bands)).copy()
    for row in range(rows):
        keys = mix64(keys * np.uint64(BASE) + parts[:, :, row])
    keys[keys == 0] = 1
    keys[(signatures == 0xFFFFFFFF).all(axis=1)] = 0
    return keys


def count_distinct(gram_hashes: U32, offsets: I64) -> I64:
    """See `kernel.count_distinct`."""
    owner = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint64), np.diff(offsets))
    present = gram_hashes != 0
    packed = np.unique((owner[present] << np.uint64(32)) | gram_hashes[present])
    return np.bincount((packed >> np.uint64(32)).astype(np.int64), minlength=len(offsets) - 1).astype(
        np.int64
    )


def anchors(values: U32, offsets: I64, width: int, share: int) -> tuple[U64, I64]:
    """See `kernel.anchors`."""
    count = max(len(values) - width + 1, 0)
    powers = _powers(width)
    sums = np.zeros(count, np.uint64)
    wide = values.astype(np.uint64)
    for place in range(width):
        sums += wide[place : place + count] * powers[place]
    hashes = mix64(sums)
    owner = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    kept = (owner[:count] == owner[width - 1 :]) if count else np.zeros(0, np.bool_)
    kept &= (hashes % np.uint64(share) == 0) & (hashes != 0)
    return hashes[kept], owner[:count][kept]


def orient(values: U32, offsets: I64, left: I64, right: I64) -> tuple[I64, I64]:
    """See `kernel.orient`."""
    lengths = np.diff(offsets)
    total = len(values)
    place = np.arange(total) - np.repeat(offsets[:-1], lengths)
    mixed = mix64(values.astype(np.uint64) + (place.astype(np.uint64) << np.uint64(32)))
    sums = np.zeros(total + 1, np.uint64)
    np.cumsum(mixed, out=sums[1:])
    marks = sums[offsets[1:]] - sums[offsets[:-1]]
    swap = (lengths[left] < lengths[right]) | (
        (lengths[left] == lengths[right]) & (marks[left] < marks[right])
    )
    return np.where(swap, right, left), np.where(swap, left, right)


def sum_trees(inputs: F64, roots: I64, column: I64, threshold: F64, left: I64, right: I64, value: F64) -> F64:
    """Add up the leaves that each row of inputs reaches in the trees at `roots`; see `kernel.weigh`."""
    total = np.zeros(len(inputs), np.float64)
    rows = np.arange(len(inputs))
    for root in roots:
        node = np.full(len(inputs), root, np.int64)
        while True:
            inner = column[node] >= 0
            if not inner.any():
                break
            goes_left = inputs[rows, np.maximum(column[node], 0)] <= threshold[node]
            node = np.where(inner, np.where(goes_left, left[node], right[node]), node)
        total += value[node]
    return total
