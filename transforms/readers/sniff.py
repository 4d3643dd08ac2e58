"""Tell what bytes are from their beginning; the name speaks only where the bytes leave two answers open."""

from __future__ import annotations

import json
import re
from enum import StrEnum

from transforms.readers.charsets import mark_of, wide_of
from transforms.types import Format

HEAD_BYTES = 1 << 16  # looked at: enough for the first lines of a JSONL with long articles


class Packing(StrEnum):
    """Ways to wrap documents: one in one (gzip …), or many in one (zip, tar)."""

    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZIP = "zip"
    TAR = "tar"


class Binary(StrEnum):
    """Bytes that hold no text of ours."""

    IMAGE = "image"
    FONT = "font"
    MEDIA = "audio or video"
    OFFICE = "office document"
    PROGRAM = "program"
    DATABASE = "database"
    OTHER = "binary data"


_PACKINGS = (
    (b"\x1f\x8b\x08", Packing.GZIP),
    (b"\x28\xb5\x2f\xfd", Packing.ZSTD),
    (b"\xfd7zXZ\x00", Packing.XZ),
    (b"PK\x03\x04", Packing.ZIP),
    (b"PK\x05\x06", Packing.ZIP),
)
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)")
_BINARIES = (
    (b"\x89PNG\r\n", Binary.IMAGE),
    (b"\xff\xd8\xff", Binary.IMAGE),
    (b"GIF8", Binary.IMAGE),
    (b"\x00\x00\x01\x00", Binary.IMAGE),
    (b"II*\x00", Binary.IMAGE),
    (b"MM\x00*", Binary.IMAGE),
    (b"BM", Binary.IMAGE),
    (b"wOFF", Binary.FONT),
    (b"wOF2", Binary.FONT),
    (b"\x00\x01\x00\x00\x00", Binary.FONT),
    (b"OTTO\x00", Binary.FONT),
    (b"ID3", Binary.MEDIA),
    (b"\xff\xfb", Binary.MEDIA),
    (b"OggS", Binary.MEDIA),
    (b"fLaC", Binary.MEDIA),
    (b"\x1aE\xdf\xa3", Binary.MEDIA),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Binary.OFFICE),
    (b"{\\rtf", Binary.OFFICE),
    (b"\x7fELF", Binary.PROGRAM),
    (b"MZ\x90\x00", Binary.PROGRAM),
    (b"\xca\xfe\xba\xbe", Binary.PROGRAM),
    (b"\x00asm", Binary.PROGRAM),
    (b"SQLite format 3\x00", Binary.DATABASE),
    (b"ORC\x00", Binary.DATABASE),
    (b"Obj\x01", Binary.DATABASE),
    (b"ARROW1\x00", Binary.DATABASE),
    (b"7z\xbc\xaf\x27\x1c", Binary.OTHER),
    (b"Rar!\x1a\x07", Binary.OTHER),
)
# control characters that text never has; tab, line ends, form feed and escape (ISO-2022) are none of them
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 12, 13, 27)) + b"\x7f"
MAX_CONTROLS = 0.05  # share of controls: text with stray NULs stays far below, random bytes have .11

_PROLOG = re.compile(r"\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>\s*)*", re.S | re.I)
_ROOT = re.compile(r"<([A-Za-z_][\w.\-]*(?::[\w.\-]+)?)[\s/>]")
_ROOTS = {
    "rss": Format.FEED,
    "feed": Format.FEED,
    "entry": Format.FEED,
    "rdf": Format.FEED,
    "channel": Format.FEED,
    "newsitem": Format.NEWSML,
    "newsmessage": Format.NEWSML,
    "packageitem": Format.NEWSML,
    "newsml": Format.NEWSML,
    "nitf": Format.NITF,
    "html": Format.HTML,
}
_HTML_START = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|base|div|p|article|main|section"
    r"|header|span|h[1-6]|table|ul|ol|a|b|i|em|strong|br|img|figure|center|font|blockquote|noscript|iframe|nav|form)"
    r"(?=[\s/>])",
    re.I | re.S,
)
_HTML_LATE = re.compile(r"^\s*<(?:!doctype\s+html|html)\b", re.I | re.M)
_CLOSING = re.compile(r"</(?:p|div|span|a|li|ul|td|article|section|h[1-6]|b|strong|em|i)\s*>", re.I)
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9\-]{1,40}):[ \t]", re.M)
_MAIL_SURE = {"mime-version", "message-id", "received", "return-path", "delivered-to", "dkim-signature"}
_JSON_START = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[{\[\]]|\"|-?\d|$))")
_DELIMITERS = ",;\t|"
_CSV_NAMES = {
    "id", "title", "headline", "text", "body", "content", "url", "link", "date", "published", "author", "authors",
    "source", "publisher", "language", "lang", "summary", "description", "articlebody", "maintext", "publishedat",
    "category", "section",
}  # fmt: skip
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?:[\w\- ]+:.*\r?\n|[ \t-].*\r?\n)+---[ \t]*\r?\n")
_MARKDOWN_LINK = re.compile(r"\[[^\]\n]+\]\(https?://[^)\s]+\)")
_MARKDOWN_HEAD = re.compile(r"^#{1,3} \S", re.M)


def sniff(head: bytes, name: str) -> Format | Packing | Binary:
    """Tell what the bytes are that begin with `head` (64 KiB are enough); `Format.UNKNOWN` is XML of an unknown kind.

    `name` decides only CSV against text and Markdown against text. Every text that is nothing else is `TEXT`.
    """
    certain = _by_magic(head)
    if certain is not None:
        return certain
    text = _as_text(head)
    if text is None:
        return Binary.OTHER
    return _by_text(text, name.lower())


def _by_magic(head: bytes) -> Format | Packing | Binary | None:
    for magic, packing in _PACKINGS:
        if head.startswith(magic):
            return _office(head) or packing
    if _BZIP2.match(head):
        return Packing.BZIP2
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith((b"WARC/1.", b"WARC/0.")):
        return Format.WARC
    if b"%PDF-" in head[:1024] and head.lstrip()[:1] != b"<":
        return Format.PDF
    if _is_tar(head[:512]):
        return Packing.TAR
    for magic, binary in _BINARIES:
        if head.startswith(magic) and (len(magic) > 3 or b"\x00" in head[:64]):
            return binary
    if head[:4] == b"RIFF":
        return Binary.IMAGE if head[8:12] == b"WEBP" else Binary.MEDIA
    if head[4:8] == b"ftyp":
        return Binary.IMAGE if head[8:12] in (b"avif", b"heic", b"mif1") else Binary.MEDIA
    return None


def _office(head: bytes) -> Binary | None:
    """Tell zipped office files (docx, odt, epub) from a zip of documents by their first member."""
    first = head[30:80] if head.startswith(b"PK\x03\x04") else b""
    if first.startswith((b"[Content_Types].xml", b"mimetypeapplication/", b"_rels/.rels", b"word/", b"xl/")):
        return Binary.OFFICE
    return None


def _is_tar(block: bytes) -> bool:
    """Check the header checksum, which old tars without the `ustar` mark have too."""
    if len(block) < 512 or not block.strip(b"\x00"):
        return False
    stored = block[148:156].strip(b" \x00")
    if not stored or not re.fullmatch(rb"[0-7]+", stored):
        return False
    return int(stored, 8) == sum(block) - sum(block[148:156]) + 8 * 32


def _as_text(head: bytes) -> str | None:
    """Decode the head far enough to recognise a format; None for binary data."""
    marked = mark_of(head)
    if marked is not None:
        return head[marked[1] :].decode(marked[0], "replace").lstrip("\ufeff")
    wide = wide_of(head)
    if wide is not None:
        return head.decode(wide, "replace")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > MAX_CONTROLS * len(head):
        return None
    return head.decode("utf-8", "replace").replace("\x00", "")


def _by_text(text: str, name: str) -> Format:
    start = text.lstrip()
    if start.startswith("<"):
        marked = _by_markup(start)
        if marked is not None:
            return marked
    if _JSON_START.match(start):
        return _json_kind(text, name)
    mail = _mail_kind(text)
    if mail is not None:
        return mail
    if _has_known_columns(text):
        return Format.CSV  # whatever its cells hold, whole pages perhaps
    if _HTML_LATE.search(text[:4096]) or _is_fragment(text):
        return Format.HTML
    if name.endswith((".csv", ".tsv", ".psv")) and len(_header_cells(text)) > 1:
        return Format.CSV
    return Format.MARKDOWN if _is_markdown(text, name) else Format.TEXT


def _by_markup(start: str) -> Format | None:
    if _HTML_START.match(start):
        return Format.HTML
    prolog = _PROLOG.match(start)
    rest = start[prolog.end() :] if prolog else start
    root = _ROOT.match(rest)
    if root is not None:
        local = root.group(1).rsplit(":", 1)[-1].lower()
        if local in _ROOTS:
            return _ROOTS[local]
        if _HTML_START.match(rest):
            return Format.HTML
        if start.startswith("<?xml") or "xmlns" in rest[:500] or _CLOSING.search(rest) is None:
            return Format.UNKNOWN if start.startswith("<?xml") or f"</{root.group(1)}" in rest else None
        return Format.HTML
    return Format.UNKNOWN if start.startswith("<?xml") else None


def _is_fragment(text: str) -> bool:
    """Tell a piece of a page from text that mentions a tag: three closing tags, and one for every 500 characters."""
    closings = len(_CLOSING.findall(text))
    return closings >= 3 and closings * 500 >= len(text)


def _json_kind(text: str, name: str) -> Format:
    """Tell one JSON value from one a line: the first lines parse each for itself."""
    if text.lstrip().startswith("["):
        return Format.JSON
    lines = [line for line in text.splitlines() if line.strip()]
    whole = lines[:-1] if len(lines) > 1 else []  # the last one may be cut by the head's end
    good = sum(1 for line in whole[:50] if _is_object(line))
    if good >= 2 or (good == 1 and len(lines) >= 2 and lines[1].lstrip().startswith("{")):
        return Format.JSONL
    shaped = sum(1 for line in lines[:50] if line.startswith('{"'))
    if shaped >= 2 and shaped * 2 > min(len(lines), 50):
        return Format.JSONL
    if name.endswith((".jsonl", ".ndjson", ".jsonlines")) and (not whole or good):
        return Format.JSONL
    return Format.JSON


def _is_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line, strict=False), dict)
    except (ValueError, RecursionError):
        return False


def _mail_kind(text: str) -> Format | None:
    block = re.split(r"\r?\n\r?\n", text[:16384], maxsplit=1)[0]
    if block.startswith("From "):  # an envelope line, as mail programs store it
        block = block.partition("\n")[2]
    first = _HEADER.match(block)
    if first is None:
        return None
    names = {found.group(1).lower() for found in _HEADER.finditer(block)}
    is_mail = bool(names & _MAIL_SURE) and bool(names & {"from", "subject", "date", "content-type"})
    if not is_mail and not {"from", "subject", "date"} <= names:
        return None
    if "multipart/related" in block.lower() and not names & {"received", "to", "delivered-to", "return-path"}:
        return Format.MHTML
    return Format.EML


def _has_known_columns(text: str) -> bool:
    cells = _header_cells(text)
    names = {cell.strip().strip('"').lower().replace("_", "").replace(" ", "") for cell in cells}
    return len(names & _CSV_NAMES) >= 2 and all(len(cell) <= 40 for cell in cells)


def _header_cells(text: str) -> list[str]:
    """Cut the first of several lines at what seems to separate columns."""
    lines = text.split("\n", 1)
    header = lines[0].strip("\r\ufeff")
    return header.split(delimiter_of(header)) if len(lines) > 1 and header else []


def delimiter_of(header: str) -> str:
    """Tell what separates the columns of a table from its first line: the mark that cuts it most often."""
    return max(_DELIMITERS, key=header.count)


def _is_markdown(text: str, name: str) -> bool:
    if name.endswith((".md", ".markdown", ".mkd")):
        return True
    if _FRONT_MATTER.match(text):
        return True
    return bool(_MARKDOWN_HEAD.match(text)) and bool(
        _MARKDOWN_LINK.search(text) or _MARKDOWN_HEAD.search(text, 2)
    )
