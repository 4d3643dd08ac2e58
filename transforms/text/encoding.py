"""Bytes of unknown charset in, text out; and text without control, hidden and lone surrogate characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from transforms.text.mojibake import repair_misread

# Labels that the web uses for a subset of what is really sent; the wider codec reads both (WHATWG Encoding Standard).
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_ALIASES = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "utf8mb4": "utf-8",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
}
# Codecs that hide text or are no charset at all: never used, whatever a page declares. Python writes some with
# hyphens, some with underscores; here all have hyphens. The last are ftfy's, there once it is imported.
_REFUSED = frozenset(
    {"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "charmap", "undefined", "mbcs", "oem",
     "utf-8-variants"}
)  # fmt: skip
_REFUSED_PREFIX = "sloppy-"
_MARKUP = b"<Az09 ='/>"  # the same in all charsets of the web but the wide ones, in EBCDIC something else

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,300}?\b(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_DECLARED_WITHIN = (
    8192  # bytes searched for a declaration; browsers look at 1,024, real pages put scripts before it
)
_DETECT_FROM = 65536  # bytes given to the detector; more costs time and has not changed a verdict
# Share of undecodable characters up to which a text is taken as damaged in that charset and not as another charset:
# one cut sequence in a page must not turn the whole of it into mojibake.
_DAMAGE = 0.01

_WIDE_SAMPLE = 4096  # bytes by which UTF-16 without a mark is known
_SHORTEST_WIDE = 32  # bytes from which text of other scripts differs from any sixteen characters
_WIDE_SPACES = frozenset(
    " \n\r\t.,\u3000\u3001\u3002\uff0c\uff0e"
)  # what every text has between its words or clauses
_NO_TEXT = frozenset(
    ("Cc", "Cn", "Co", "Cs")
)  # categories of Unicode: controls, unassigned, private, surrogates
# control characters that text never has; tab, line ends, form feed and escape (ISO-2022) are none of them
_CONTROL_BYTES = bytes(c for c in range(32) if c not in (9, 10, 12, 13, 27)) + b"\x7f"

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\-_])")
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters; tab, line ends and U+0085 are spaces
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"  # soft hyphen and invisible fillers
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\uffa0"  # zero width, direction overrides
    "\ud800-\udfff\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff"  # surrogates, noncharacters
    "\U000e0000-\U000e0fff]"  # tags: a hidden copy of ASCII
)
# Of these, what Python calls printable: fillers that are letters or marks to Unicode.
_PRINTABLE_BUT_DROPPED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\uffa0\U000e0000-\U000e0fff]"
)
# A joiner shapes Arabic, Indic and neighbouring scripts and glues emoji; anywhere else it only hides.
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u109f\u1780-\u18af\ufb50-\ufdff\ufe0f\ufe70-\ufeff\u2190-\u2bff\U0001f000-\U0001faff])"
    "[\u200c\u200d]+"
)
_SPACES = re.compile("[\t\v\f \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACE_CONTROLS = re.compile("[\t\v\f\r\x85\u2028\u2029]")
_AROUND_BREAK = re.compile(" ?\n ?")
_BLANK_RUN = re.compile("\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text, the codec that gave it, and how that codec was found: bom, declared, utf-8, detected, guess."""

    text: str
    encoding: str
    source: str


def find_codec(label: str | None) -> str | None:
    """Return the name of Python's codec for a charset label; None for an unknown or refused label and for None or "".

    As browsers do (WHATWG Encoding Standard), a label is read as the wider charset that is really sent: "latin1" gives
    "cp1252". Case, spaces and quotation marks around it do not count. Refused are codecs that are no charset (base64,
    unicode_escape), that hide text (UTF-7, Punycode) or in which markup is not ASCII (EBCDIC); of these only UTF-16 and
    UTF-32 are accepted.
    """
    if not label:
        return None
    label = label.strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    plain = name.replace("_", "-")
    if plain in _REFUSED or plain.startswith(_REFUSED_PREFIX):
        return None
    if not name.isascii() or not codecs.lookup(name)._is_text_encoding:
        return None
    if not name.startswith(("utf-16", "utf-32")) and _MARKUP.decode(name, "replace") != _MARKUP.decode():
        return None
    return _WIDER.get(name, name)


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode bytes by the first of these that fits: mark, UTF-8, declaration, detection, Windows-1252; never fails.

    Before UTF-8 come UTF-16 without a mark, and ISO-2022 and HZ, which are all ASCII.
    `declared` is a charset label from outside (HTTP, a record); then one in a `<meta>` or XML declaration in the
    first 8,192 bytes is tried. Each is taken where at most 1 % of the text is undecodable. UTF-8 with non-ASCII
    characters and hardly an error outranks both: other charsets practically never look like it, and declarations
    are often wrong. What cannot be decoded becomes U+FFFD. Empty bytes give "" as "utf-8".
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return Decoded(text=data[len(mark) :].decode(codec, "replace"), encoding=codec, source="bom")
    if (wide := find_wide(data)) is not None:
        return Decoded(text=data.decode(wide, "replace"), encoding=wide, source="detected")
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    labels = [find_codec(declared), find_codec(found[1].decode("ascii", "ignore")) if found else None]
    stated = [label for label in labels if label and not label.startswith(("utf-16", "utf-32"))]
    if data.isascii():
        escaped = [codec for codec in stated if codec.startswith(("iso2022", "hz"))]
        if b"\x1b$" in data:
            escaped = escaped or ["iso2022_jp"]
        for codec in escaped:
            return Decoded(text=data.decode(codec, "replace"), encoding=codec, source="declared")
        return Decoded(text=data.decode("ascii"), encoding="utf-8", source="utf-8")
    if (text := _decode_utf8(data)) is not None:
        return Decoded(text=text, encoding="utf-8", source="utf-8")
    for codec in stated:
        if codec != "utf-8" and (text := _decode_tolerant(data, codec)) is not None:
            return Decoded(text=text, encoding=codec, source="declared")
    if (detected := _detect(data)) and (text := _decode_tolerant(data, detected)) is not None:
        return Decoded(text=text, encoding=detected, source="detected")
    return Decoded(text=data.decode("cp1252", "replace"), encoding="cp1252", source="guess")


def tidy(text: str) -> str:
    """Return text fit to store and to print: NFC, single spaces, nothing invisible; "" for blank text.

    Lines end in one newline each, without spaces around it; at most one empty line is between two others, and none
    first or last. Removed are terminal escapes, control, zero-width and direction characters, soft hyphens and lone
    surrogates. UTF-8 that was read as Latin-1 or Windows-1252 is decoded anew first, since half of its characters would
    be removed as invisible.
    """
    tidied = _tidy(repair_misread(text))
    # a control character taken out can bring two halves of a misread character together
    again = repair_misread(tidied)
    return tidied if again == tidied else tidy(again)


def _tidy(text: str) -> str:
    if _is_plain(text):
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
        if "  " in text:
            text = _SPACES.sub(" ", text)
    else:
        is_ascii = text.isascii()
        text = strip_escapes(text)
        text = _DROPPED.sub("", _LINE_ENDS.sub("\n", text if is_ascii else _join_surrogates(text)))
        if not is_ascii:
            text = unicodedata.normalize("NFC", _STRAY_JOINER.sub("", text))
        text = _SPACES.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = _AROUND_BREAK.sub("\n", text)
    return (_BLANK_RUN.sub("\n\n", text) if "\n\n\n" in text else text).strip()


def _is_plain(text: str) -> bool:
    """Return whether letters, marks, signs, spaces and newlines are all there is: most texts, found out in no time."""
    return text.replace("\n", " ").isprintable() and (
        text.isascii() or not _PRINTABLE_BUT_DROPPED.search(text)
    )


def drop_unprintable(text: str) -> str:
    """Remove characters that no stored text may hold, and leave the rest as it is: for ids, addresses and labels.

    These are terminal escapes, control characters (C0, C1), direction overrides, invisible fillers and lone surrogates.
    A newline stays; each other line end or tab becomes one space.
    """
    if _is_plain(text):
        return text
    text = _join_surrogates(text) if not text.isascii() else text
    return _SPACE_CONTROLS.sub(" ", _DROPPED.sub("", strip_escapes(text)))


def tidy_line(text: str) -> str:
    """Return a text cleaned as by `tidy`, on one line: for titles, names and labels; "" for blank text."""
    return " ".join(tidy(text).split())


def strip_escapes(text: str) -> str:
    """Remove terminal escape sequences (ECMA-48) whole, so that no "[31m" is left of them; all else stays."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def count_controls(data: bytes) -> int:
    """Count the bytes below 32 other than tab, line feed, form feed, carriage return and escape, and 127."""
    return len(data) - len(data.translate(None, _CONTROL_BYTES))


def find_wide(head: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" for UTF-16 without a mark by the first 4,096 bytes, else None.

    Mostly Latin text is known by its zero bytes: over 30 % on one side of the byte pairs, under 2 % on the other. Any
    other has a zero byte too, is no 8-bit text, and reads as letters with spaces or full stops among them in one order
    of bytes. Fewer than 8 bytes, for other than Latin text 32, give None.
    """
    sample = head[: _WIDE_SAMPLE & ~1]
    if len(sample) < 8 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    # English has 1.0 / 0.0, random bytes .004 / .004
    if zeros_odd > 0.3 and zeros_even < 0.02:
        return "utf-16-le"
    if zeros_even > 0.3 and zeros_odd < 0.02:
        return "utf-16-be"
    if len(sample) < _SHORTEST_WIDE:
        return None
    if count_controls(sample) < 0.05 * len(sample) and _decode_utf8(sample) is not None:
        return None  # 8-bit text with a stray zero byte
    shares = {codec: _share_of_spaces(sample, codec) for codec in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] > 0 else None


def _share_of_spaces(sample: bytes, codec: str) -> float:
    """Return which share of a text is spaces, line ends and full stops; 0 for what is no text in this codec."""
    text = codecs.getincrementaldecoder(codec)("replace").decode(sample)
    letters = sum(1 for char in text if char.isalpha() or unicodedata.category(char)[0] == "M")
    wrong = sum(1 for char in text if unicodedata.category(char) in _NO_TEXT and not char.isspace())
    spaces = sum(1 for char in text if char in _WIDE_SPACES)
    is_text = wrong <= 0.005 * len(text) and letters >= 0.5 * len(text) and spaces >= 0.02 * len(text)
    return spaces / len(text) if is_text else 0.0


def _decode_utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    # In another charset nearly every high byte is an error; a damaged UTF-8 text has few among many good ones.
    good = sum(1 for char in text[:200_000] if char > "\x7f") - min(lost, text[:200_000].count("\ufffd"))
    return text if lost * 20 <= good else None


def _decode_tolerant(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec, "replace")
    except (LookupError, UnicodeError):
        return None
    return text if text.count("\ufffd") <= _DAMAGE * max(len(text), 1) else None


def _detect(data: bytes) -> str | None:
    from cchardet import detect  # loads a native library: only when undeclared bytes need it

    # Markup is ASCII and says nothing about the charset: the lines that do are those with high bytes.
    telling = b"\n".join(
        line for line in re.split(rb"[\r\n<>]+", data[: 8 * _DETECT_FROM]) if not line.isascii()
    )
    return find_codec(detect(telling[:_DETECT_FROM])["encoding"])


def _join_surrogates(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text
