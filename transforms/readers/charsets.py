"""Bytes to text of unsure charset: byte order mark, then UTF-8, then what was stated, then a guess."""

from __future__ import annotations

import codecs
import re

# What the web calls by these names is a superset: read as the standard would, the extra letters turn into controls.
_WEB_NAMES = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "tis-620": "cp874",
    "windows-31j": "cp932",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESS_BYTES = 1 << 16  # a guess is as good on 64 KiB as on the whole
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


def known(name: str | None) -> str | None:
    """Give Python's name of a stated charset as the web means it; None when there is no such text charset."""
    if not name:
        return None
    plain = name.strip().strip("\"'").lower()
    plain = _WEB_NAMES.get(plain, plain)
    try:
        info = codecs.lookup(plain)
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return info.name if getattr(info, "_is_text_encoding", True) else None


def guess(data: bytes) -> str | None:
    """Guess the charset of bytes that are not UTF-8 (faust-cchardet); None when it has no idea."""
    import cchardet

    found = cchardet.detect(data[:GUESS_BYTES])
    name = known(found.get("encoding"))
    return None if name in (None, "utf-8") else name


def decode(data: bytes, stated: str | None = None) -> str:
    """Decode text of unknown charset; never raises, and never gives a lone surrogate.

    Valid UTF-8 beats what was stated: a legacy text is next to never valid UTF-8 by chance, and wrong statements
    are common. Bytes that fit nowhere become U+FFFD.
    """
    marked = mark_of(data)
    if marked is not None:
        return data[marked[1] :].decode(marked[0], "replace")
    wide = wide_of(data)
    if wide is not None:
        return data.decode(wide, "replace")
    try:
        if b"\x1b" not in data:  # ISO-2022 speaks in escapes and is valid ASCII all the way
            return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in (known(stated), guess(data), "utf-8"):
        if name is None:
            continue
        try:
            return scrub(data.decode(name))
        except (UnicodeError, ValueError):
            continue
    # no charset fits all of it: mostly UTF-8 with a few wrong bytes, or a legacy text with a few
    as_utf8 = data.decode("utf-8", "replace")
    if as_utf8.count("\ufffd") * 50 < len(as_utf8):  # under 2 % wrong: it is UTF-8
        return as_utf8
    name = known(stated) or guess(data) or "cp1252"
    return scrub(data.decode(name, "replace"))


def scrub(text: str) -> str:
    """Join surrogate pairs and replace lone surrogates by U+FFFD: no file and no database could hold them."""
    if _SURROGATES.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
