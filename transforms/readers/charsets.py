"""What readers must know of charsets before a text can be cut into records: marks, wide characters, surrogates."""

from __future__ import annotations

import codecs
import re

from transforms.readers.byte_streams import Window
from transforms.text.encoding import find_wide

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def mark_of(head: bytes) -> tuple[str, int] | None:
    """Return the charset that a byte order mark states (UTF-8, UTF-16 or UTF-32) and the mark's length in bytes.

    None where `head`, the first four bytes or more, begins with no mark.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    return None


def as_utf8(window: Window) -> Window:
    """Return UTF-16 and UTF-32 as a new window in UTF-8, wrong bytes as U+FFFD, so that it can be cut at ASCII bytes.

    Anything else comes back as the same window, without its byte order mark and otherwise unchanged, whatever its
    charset. The new window takes its bytes from the given one, and passes its failure on.
    """
    head = window.peek(4096)
    marked = mark_of(head)
    if marked is not None:
        window.read(marked[1])
    wide = marked[0] if marked is not None else find_wide(head)
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
    """Join surrogate pairs of a text and replace lone surrogates by U+FFFD: no file and no database can hold them."""
    if text.isascii() or _SURROGATES.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
