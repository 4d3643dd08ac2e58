"""Text in; comparable word tokens and the hashes of their shingles out, a batch at a time.

Two spellings of one text give equal tokens: case, punctuation, width and the composed or decomposed form of
accents do not count (full case folding over the NFKD form, Unicode chapters 3.13 and UAX 15). Words of scripts
written with spaces are one token each; every character of a script written without (Han, kana, Thai, Lao, Khmer,
Burmese) is a token of its own and its shingles are longer, so that a shingle is about three words everywhere.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from transforms.kernel import compiled_or_numpy as kernel
from transforms.kernel import numpy_loops
from transforms.kernel.slices import map_slices

U8: TypeAlias = NDArray[np.uint8]
U16: TypeAlias = NDArray[np.uint16]
U32: TypeAlias = NDArray[np.uint32]
U64: TypeAlias = NDArray[np.uint64]
I64: TypeAlias = NDArray[np.int64]

# The first and last code point of scripts written without spaces, and how many characters make a shingle: a Chinese
# or Japanese word is one or two characters long, a Thai, Lao, Khmer or Burmese one about three bases.
_UNSPACED = (
    (0x0E00, 0x0EFF, numpy_loops.UNSPACED_LONG),  # Thai, Lao
    (0x1000, 0x109F, numpy_loops.UNSPACED_LONG),  # Burmese
    (0x1780, 0x17FF, numpy_loops.UNSPACED_LONG),  # Khmer
    (0x3005, 0x3007, numpy_loops.UNSPACED),
    (0x3041, 0x30FF, numpy_loops.UNSPACED),  # kana
    (0x31F0, 0x31FF, numpy_loops.UNSPACED),
    (0x3400, 0x4DBF, numpy_loops.UNSPACED),  # Han, extension A
    (0x4E00, 0x9FFF, numpy_loops.UNSPACED),  # Han
    (0xF900, 0xFAFF, numpy_loops.UNSPACED),  # Han, compatibility
    (0xFF66, 0xFF9D, numpy_loops.UNSPACED),  # kana, half width
    (0x20000, 0x323AF, numpy_loops.UNSPACED),  # Han, extensions B to H
)
# Texts of a slice at least: some milliseconds of work.
_TEXTS_A_SLICE = 500
# One thread at a time adds pages of characters; others read the table meanwhile, and what is there already stays.
_TABLE_LOCK = threading.Lock()
# What lies between text and tokens stays in the processor's cache, and in memory already touched.
_TEXTS_AT_ONCE = 64
_SENTENCE_ENDS = frozenset(".!?:\n\r。！？．…\u2029|")
_TABLE_SIZE = 0x32400  # code points from here on are private use, tags or unassigned: separators
_PAGE_BITS = 8  # characters are computed 256 at a time
# Nothing to compute: Han and Hangul extensions that fold to themselves, surrogates, private use, Tangut.
_PLAIN = ((0x3400, 0x9FFF), (0xD800, 0xF8FF), (0x17000, 0x1CFFF), (0x20000, _TABLE_SIZE - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of a batch of texts, end to end: text i is `values[offsets[i]:offsets[i + 1]]`.

    `values` are hashes of the tokens, `flags` what they are (NUMBER, CAPITAL … of `kernel.numpy_loops`).
    """

    values: U32  # hash of the normalised token
    flags: U8  # bits of transforms.kernel.compiled_or_numpy: NUMBER, CAPITAL, UNSPACED_TOKEN, LONG_TOKEN
    offsets: I64

    def __len__(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shingles:
    """The shingle hashes of a batch in reading order, repeats kept; text i is `values[offsets[i]:offsets[i + 1]]`."""

    values: U32
    offsets: I64


def tokenise(texts: Sequence[str], *, processors: int = 1) -> Tokens:
    """Split texts into words, or into characters in scripts without spaces, and hash each; no texts give no tokens.

    Texts keep their order. Letters, digits and the marks on them make words; case, width and the form of accents do
    not count (see the module), invisible characters such as soft hyphens are skipped, and everything else separates:
    spaces, punctuation, symbols, control characters, lone surrogates. A text may be empty or without words; none
    raises. Any number of `processors` gives the same.
    """
    table, characters = _character_table(), sum(map(len, texts))

    def tokenise_slice(first: int, last: int) -> list[tuple[U32, U8, I64]]:
        begins = range(first, last, _TEXTS_AT_ONCE)
        return [
            _tokenise_part(texts[begin : min(begin + _TEXTS_AT_ONCE, last)], table, characters)
            for begin in begins
        ]

    values, flags, counts = [np.empty(0, np.uint32)], [np.empty(0, np.uint8)], [np.zeros(1, np.int64)]
    for parts in map_slices(tokenise_slice, len(texts), processors=processors, least=_TEXTS_A_SLICE):
        for own_values, own_flags, offsets in parts:
            values.append(own_values)
            flags.append(own_flags)
            counts.append(np.diff(offsets))
    return Tokens(
        values=np.concatenate(values), flags=np.concatenate(flags), offsets=np.cumsum(np.concatenate(counts))
    )


def _tokenise_part(texts: Sequence[str], table: _CharacterTable, characters: int) -> tuple[U32, U8, I64]:
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
    joined = "".join(texts)
    # two bytes a character are enough for most texts, and a surrogate on its own is one there as here
    points: U16 | U32 = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), np.uint16)
    if len(points) != len(joined):
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    found = kernel.tokenise(points, starts, table.classes, table.values, table.steps, batch=characters)
    if found is None:
        with _TABLE_LOCK:
            table.add(points)
        found = kernel.tokenise(points, starts, table.classes, table.values, table.steps, batch=characters)
    if found is None:
        raise AssertionError("a page of characters that was added is unknown")
    return found


def shingle(tokens: Tokens, *, processors: int = 1) -> Shingles:
    """Hash every run of three words (five or nine characters where words are not spaced), overlapping ones included.

    Five are for kana and Han, nine for Thai, Lao, Khmer and Burmese; the script of its first token decides. A text in
    which no run fits has one shingle of all it has; a text without tokens has none.
    """
    found = kernel.grams(tokens.values, tokens.flags, tokens.offsets, processors=processors)
    values, offsets = kernel.shingles(tokens.values, found, tokens.offsets)
    return Shingles(values=values, offsets=offsets)


def shingle_texts(texts: Sequence[str]) -> Shingles:
    """Split texts and hash their shingles: `shingle(tokenise(texts))`, for callers that need no tokens."""
    return shingle(tokenise(texts))


@dataclass(frozen=True, slots=True)
class _CharacterTable:
    """For every code point its class, its folded value and how many base characters it stands for.

    Computed a page of 256 characters at a time, when a text first has one: all of them take half a second.
    """

    classes: U8  # UNKNOWN on pages not computed yet
    values: U64
    steps: U8
    is_known: NDArray[np.bool_]  # by page
    computed: U8  # classes, complete before their page is copied to `classes`

    def add(self, points: U16 | U32) -> None:
        """Compute the table pages that these code points need; pages that exist stay."""
        is_needed = np.zeros(0x110000 >> _PAGE_BITS, np.bool_)
        is_needed[0] = True  # the page of most characters of most texts: looked for only beyond it
        is_needed[points[points >> _PAGE_BITS > 0] >> _PAGE_BITS] = True
        for page in np.flatnonzero(is_needed[: len(self.is_known)] & ~self.is_known).tolist():
            for point in range(page << _PAGE_BITS, (page + 1) << _PAGE_BITS):
                self._compute(point)
            self.finish(page)

    def finish(self, page: int) -> None:
        """Mark a computed page of characters as valid."""
        characters = slice(page << _PAGE_BITS, (page + 1) << _PAGE_BITS)
        self.classes[characters] = self.computed[characters]
        self.is_known[page] = True

    def _compute(self, point: int) -> None:
        category = unicodedata.category(chr(point))
        if category[0] in "LNM" or category == "Cf":
            _fill_character(point, category, self.computed, self.values, self.steps)
        elif chr(point) in _SENTENCE_ENDS:
            self.computed[point] = numpy_loops.SENTENCE_END


@lru_cache(maxsize=1)
def _character_table() -> _CharacterTable:
    computed = np.zeros(_TABLE_SIZE, np.uint8)
    values = np.zeros(_TABLE_SIZE, np.uint64)
    steps = np.zeros(_TABLE_SIZE, np.uint8)
    points = np.arange(_TABLE_SIZE, dtype=np.uint64)
    for first, last, kind in _UNSPACED:  # most Han characters fold to themselves: no loop over them
        computed[first : last + 1] = kind
        values[first : last + 1] = numpy_loops.mix64(points[first : last + 1])
        steps[first : last + 1] = 1
    table = _CharacterTable(
        classes=np.full(_TABLE_SIZE, numpy_loops.UNKNOWN, np.uint8),
        values=values,
        steps=steps,
        is_known=np.zeros(_TABLE_SIZE >> _PAGE_BITS, np.bool_),
        computed=computed,
    )
    for first, last in _PLAIN:
        for page in range(first >> _PAGE_BITS, last + 1 >> _PAGE_BITS):
            table.finish(page)
    return table


def _fill_character(point: int, category: str, classes: U8, values: U64, steps: U8) -> None:
    """Write one letter, digit, mark or invisible character into the table."""
    if category == "Cf":
        classes[point] = numpy_loops.IGNORED  # soft hyphen, joiners, direction marks: not seen, not counted
        values[point] = 0
        return
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(point)).casefold())
    total, step = 0, 0
    for character in folded:
        kind = unicodedata.category(character)[0]
        mixed = int(numpy_loops.mix64(np.array([ord(character)], np.uint64))[0])
        if kind == "M":
            # added at the position of its base, so the order of marks does not count
            total += mixed * pow(numpy_loops.BASE, max(step - 1, 0), 1 << 64)
        elif kind in "LN":
            total += mixed * pow(numpy_loops.BASE, step, 1 << 64)
            step += 1
    values[point] = total & 0xFFFFFFFFFFFFFFFF
    steps[point] = step
    if step == 0:
        classes[point] = numpy_loops.MARK
    elif category[0] == "N":
        classes[point] = numpy_loops.DIGIT
    elif classes[point] not in (numpy_loops.UNSPACED, numpy_loops.UNSPACED_LONG):
        classes[point] = numpy_loops.UPPER if category in ("Lu", "Lt") else numpy_loops.LETTER
