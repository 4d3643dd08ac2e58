"""What readers must know of charsets before a text can be cut into records: marks, wide characters, surrogates."""

from __future__ import annotations

import codecs
import re

from transforms.readers.streams import Window

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def mark_of(head: bytes) -> tuple[str, int] | None:
    """Tell the charset that a byte order mark states, with the mark's length."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    return None


def wide_of(head: bytes) -> str | None:
    """Tell UTF-16 without a mark from its zero bytes: text in any script has its ASCII spaces and line ends."""
    sample = head[:4096]
    if len(sample) < 8 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    # at least .3 zeros on one side and next to none on the other: English has 1.0 / 0.0, random bytes .004 / .004
    if zeros_odd > 0.3 and zeros_even < 0.02:
        return "utf-16-le"
    if zeros_even > 0.3 and zeros_odd < 0.02:
        return "utf-16-be"
    return None


def as_utf8(window: Window) -> Window:
    """Give the same text in UTF-8 without a mark, so that records can be cut at ASCII bytes; else the window itself."""
    head = window.peek(4096)
    marked = mark_of(head)
    if marked is not None:
        window.read(marked[1])
    wide = marked[0] if marked is not None else wide_of(head)
    if wide is None or wide == "utf-8":
        return window
    decoder = codecs.getincrementaldecoder(wide)("replace")

    def pull(count: int) -> bytes:
        while data := window.read(count):
            if text := decoder.decode(data):
                return text.encode("utf-8", "replace")
        return decoder.decode(b"", final=True).encode("utf-8", "replace")

    return Window(pull)


def scrub(text: str) -> str:
    """Join surrogate pairs and replace lone surrogates by U+FFFD: no file and no database could hold them."""
    if text.isascii() or _SURROGATES.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
