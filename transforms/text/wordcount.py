"""A text in, the number of its words out."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]++(?:['’-][^\W_]++)*+")
_UNSPACED_RANGES = (
    (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF),  # kana and Han
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF),  # Thai and Lao, Burmese, Khmer
)  # fmt: skip
_UNSPACED = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED_RANGES) + "]")
_JOINERS = "'’-"  # within a word: "o'clock", "twenty-one"
_INVISIBLE = "\xad\u200c\u200d\u2060"  # within a word: hyphens and joiners that only shape it
_JOINER, _SIGN, _UNSPACED_SIGN, _MARK = 1, 2, 4, 8  # classes of characters
# Where a word begins: behind a gap, or behind a joiner that joins nothing before it.
_BEGINNINGS = (bytes((0, _SIGN)), bytes((0, _JOINER, _SIGN)), bytes((_JOINER, _JOINER, _SIGN)))
_PLANE = 1 << 16  # characters that have a class; what lies beyond (emoji, rare Han) is counted by patterns


def count_words(text: str) -> int:
    """Count words: runs of letters and digits, which a hyphen or an apostrophe holds together; 0 for an empty text.

    Marks on letters, such as accents, points and the vowel signs of Indic scripts, belong to their word, and so do
    invisible joiners. Of Han, kana, Thai, Lao, Burmese and Khmer two characters count as one word, rounded up over the
    whole text. Rare Han beyond the basic plane is counted as runs.
    """
    classes = _classify(text)
    if classes is None or (not text.isascii() and _UNSPACED_SIGN in classes):
        unspaced = len(_UNSPACED.findall(text))
        spaced = "".join(char for char in _UNSPACED.sub(" ", text) if not _is_mark(char))
        return len(_WORD.findall(spaced)) + (unspaced + 1) // 2
    return sum(map((bytes(1) + classes.translate(None, bytes((_MARK,)))).count, _BEGINNINGS))


def _is_mark(char: str) -> bool:
    return char in _INVISIBLE or (not char.isascii() and category(char)[0] == "M")


def _classify(text: str) -> bytes | None:
    """Return the class of each character, or None for a text that has some without one."""
    if text.isascii():
        return text.encode("ascii").translate(_ascii_table())
    import numpy as np

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return _table().take(points).tobytes() if points.max() < _PLANE else None


@cache
def _ascii_table() -> bytes:
    return _table()[:256].tobytes()


@cache
def _table() -> NDArray[np.uint8]:
    import numpy as np

    signs = np.fromiter((chr(point).isalnum() for point in range(_PLANE)), dtype=bool, count=_PLANE)
    table = np.where(signs, _SIGN, 0).astype(np.uint8)
    table[[ord(joiner) for joiner in _JOINERS]] = _JOINER
    table[np.fromiter((_is_mark(chr(point)) for point in range(_PLANE)), dtype=bool, count=_PLANE)] = _MARK
    for first, last in _UNSPACED_RANGES:
        table[first : last + 1] = _UNSPACED_SIGN
    return table
