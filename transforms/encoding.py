"""Bytes of unknown charset in, honest text out: no control characters, no lone surrogates, no hidden characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

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
}
# Codecs that hide text or are no charset at all: never used, whatever a page declares.
_REFUSED = frozenset(
    {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)

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
_AROUND_BREAK = re.compile(" ?\n ?")
_BLANK_RUN = re.compile("\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text, the codec that gave it, and how that codec was found: bom, declared, utf-8, detected, guess."""

    text: str
    encoding: str
    source: str


def find_codec(label: str | None) -> str | None:
    """Give Python's codec for a charset label as the web means it, or None for an unknown or refused label."""
    if not label:
        return None
    label = label.strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    if name in _REFUSED or not name.isascii() or not codecs.lookup(name)._is_text_encoding:
        return None
    return _WIDER.get(name, name)


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode bytes by mark, by being valid UTF-8, by declaration, by detection; never fails.

    Valid UTF-8 with non-ASCII characters outranks a declaration: other charsets practically never look like it,
    and declarations are often wrong. What cannot be decoded becomes U+FFFD.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return Decoded(text=data[len(mark) :].decode(codec, "replace"), encoding=codec, source="bom")
    if (wide := _wide_without_mark(data)) is not None:
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
    """Give text fit to store and to print: NFC, lines ended by one newline, blank runs shortened, nothing invisible."""
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
    """Tell whether letters, marks, signs, spaces and newlines are all there is: most texts, found out in no time."""
    return text.replace("\n", " ").isprintable() and (
        text.isascii() or not _PRINTABLE_BUT_DROPPED.search(text)
    )


def tidy_line(text: str) -> str:
    """Give the same as `tidy` on one line: for titles, names and labels."""
    return " ".join(tidy(text).split())


def strip_escapes(text: str) -> str:
    """Take out terminal escape sequences whole, so that no "[31m" is left of them."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def _wide_without_mark(data: bytes) -> str | None:
    """Recognise UTF-16 of mostly Latin text without a mark by where its NUL bytes are."""
    head = data[:2048]
    if len(head) < 8 or b"\x00" not in head:
        return None
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


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
