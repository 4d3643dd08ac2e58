"""Recognise what bytes are by their beginning; the name decides only where the bytes leave two answers open."""

from __future__ import annotations

import re

from transforms.readers.charsets import mark_of
from transforms.readers.csv_headers import has_known_columns, is_table
from transforms.readers.magic_numbers import Binary, Packing, by_magic
from transforms.readers.sniff_json import json_kind, starts_as_source_code, starts_json
from transforms.readers.sniff_machine_texts import is_for_programs
from transforms.readers.sniff_markup import is_feed_below, is_page_or_fragment, markup_kind
from transforms.text.encoding import count_controls, find_wide
from transforms.types import Format

HEAD_BYTES = 1 << 16  # examined: enough for the first lines of a JSONL with long articles
MAX_CONTROLS = 0.05  # share of controls: text with stray NULs stays far below, random bytes have .11
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9\-]{1,40}):[ \t]", re.M)
_MAIL_SURE = {"mime-version", "message-id", "received", "return-path", "delivered-to", "dkim-signature"}
_FRONT_MATTER_LINE = re.compile(r"[\w\- ]+[:=]|[ \t\]\[-]|$")
_FRONT_MATTER_LINES = 200
_MARKDOWN_LINK = re.compile(r"\[[^\[\]\n]+\]\(https?://[^()\[\s]+\)")
_MARKDOWN_HEAD = re.compile(r"^#{1,3} \S", re.M)


def sniff(head: bytes, name: str) -> Format | Packing | Binary:
    """Recognise the format of a file by its first bytes (64 KiB are enough); `Format.UNKNOWN` is unknown XML
    and what is written for programs.

    `name`, in any case, decides only between text and CSV or Markdown, and between JSON and JSON Lines. Bytes of no
    known magic number with more than 5 % control characters are `Binary.OTHER`; any other text, and an empty head, is
    `TEXT`. Nothing raises.
    """
    certain = by_magic(head)
    if certain is not None:
        return certain
    text = _as_text(head)
    if text is None:
        return Binary.OTHER
    return _by_text(text, name.lower())


def _as_text(head: bytes) -> str | None:
    """Decode the head far enough to recognise a format; None for binary data."""
    marked = mark_of(head)
    if marked is not None:
        return head[marked[1] :].decode(marked[0], "replace").lstrip("\ufeff")
    wide = find_wide(head)
    if wide is not None:
        return head.decode(wide, "replace")
    if count_controls(head) > MAX_CONTROLS * len(head):
        return None
    return head.decode("utf-8", "replace").replace("\x00", "")


def _by_text(text: str, name: str) -> Format:
    if "\n" not in text:
        text = text.replace("\r", "\n")  # line ends of old exports
    start = text.lstrip()
    if start.startswith("<"):
        marked = markup_kind(start)
        if marked is not None:
            return marked
    if starts_json(start):
        return json_kind(text, name)
    if starts_as_source_code(start):
        return Format.JSON  # its reader says what is wrong with it
    mail = _mail_kind(text)
    if mail is not None:
        return mail
    if has_known_columns(text):
        return Format.CSV  # whatever its cells hold, whole pages perhaps
    if is_feed_below(start):
        return Format.FEED
    if is_for_programs(text):
        return Format.UNKNOWN
    if is_page_or_fragment(text):
        return Format.HTML
    if name.endswith((".csv", ".tsv", ".psv")) and is_table(text):
        return Format.CSV
    return Format.MARKDOWN if _is_markdown(text, name) else Format.TEXT


def _mail_kind(text: str) -> Format | None:
    block = re.split(r"\r?\n\r?\n", text[:16384].lstrip("\r\n"), maxsplit=1)[0]
    first_line = block.partition("\n")[0].strip()
    if block.startswith("From ") or (first_line.isdecimal() and len(first_line) < 10):
        # an envelope line, as mail programs store it, or the message's length, as Apple's does
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


def _is_markdown(text: str, name: str) -> bool:
    if name.endswith((".md", ".markdown", ".mkd")):
        return True
    if _has_front_matter(text):
        return True
    return bool(_MARKDOWN_HEAD.match(text)) and bool(
        _MARKDOWN_LINK.search(text) or _MARKDOWN_HEAD.search(text, 2)
    )


def _has_front_matter(text: str) -> bool:
    """Recognise lines of `key: value` and of lists between two lines of dashes, or of plus signs, at the beginning."""
    first, *lines = text[:HEAD_BYTES].split("\n", _FRONT_MATTER_LINES)
    mark = first.rstrip()
    if mark not in ("---", "+++"):
        return False
    for number, line in enumerate(lines):
        if line.rstrip() == mark:
            return number > 0
        if not _FRONT_MATTER_LINE.match(line):
            return False
    return False
