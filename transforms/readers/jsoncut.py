"""A stream of JSON to its values' own bytes: brackets are matched outside strings, nothing is parsed yet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from transforms.readers.fields import plain_name
from transforms.readers.streams import CHUNK, Refusal, Window, one_line
from transforms.types import Reason

# lists that hold the records of a delivery; other lists of objects (images, authors) belong to one record
LIST_NAMES = {
    "articles", "items", "results", "data", "docs", "documents", "records", "entries", "news", "stories", "hits",
    "posts", "rows", "list", "values", "children", "newsitems", "response", "feed", "newslist",
    "articlelist",
}  # fmt: skip
# a record states its own text under one of these; an envelope has none
TEXT_NAMES = frozenset(
    ("articlebody", "maintext", "fulltext", "text", "body", "bodytext", "bodyhtml", "contenthtml", "headline")
)
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.S)
_VALUE = re.compile(rb"[^ \t\r\n,\x1e]")  # a comma in an array; the record separator of JSON text sequences
_LOOSE = re.compile(rb'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^"{}\[\]])++', re.S)
ENVELOPE_BYTES = 1 << 18  # where the list of records must begin at the latest


def cut_values(window: Window, limit: int, in_list: bool, is_envelope: bool) -> Iterator[bytes]:
    """Cut a stream into its records' own bytes; a value that is no valid JSON inside still ends where it should.

    The records stand one after the other, or in arrays. `in_list`: the stream begins inside one. `is_envelope`: what
    follows that list is not records and is left. Whatever is neither object nor array between two of them comes as
    one piece, so that a damaged file gives one rejection for each gap and not one for each word of it.
    """
    cutter = _Cutter(window, limit)
    while first := cutter.next_byte():
        if not in_list and first == b"[":
            in_list = True
            cutter.at += 1
        elif in_list and first == b"]":
            if is_envelope:
                return
            in_list = False
            cutter.at += 1
        else:
            end = cutter.find_end() if first in (b"{", b"[") else cutter.find_gap()
            yield cutter.buffer[cutter.at : end]
            cutter.at = end
    if in_list:
        raise Refusal(Reason.TRUNCATED, "the list of records has no end")


class _Cutter:
    """The bytes of a stream around the value at hand, which begins at `at`."""

    def __init__(self, window: Window, limit: int) -> None:
        self._window = window
        self._limit = limit
        self.buffer = b""
        self.at = 0

    def next_byte(self) -> bytes:
        """Go to the next value and show its first byte; b"" at the end of the stream."""
        while True:
            found = _VALUE.search(self.buffer, self.at)
            if found is not None:
                self.at = found.start()
                return found.group()
            self.at = len(self.buffer)
            if not self._more():
                return b""

    def find_end(self) -> int:
        """Find where the object or array at hand ends; refuse one that does not, or that is too large."""
        depth = 0
        scanned = self.at
        while True:
            for token in _TOKEN.finditer(self.buffer, scanned):
                mark = token.group()
                if mark == b'"':  # a string that goes on beyond the buffer
                    break
                scanned = token.end()
                if mark in (b"{", b"["):
                    depth += 1
                elif mark in (b"}", b"]"):
                    depth -= 1
                    if depth == 0:
                        return scanned
            if len(self.buffer) - self.at > self._limit:
                raise Refusal(Reason.TOO_LARGE, f"a record is larger than {self._limit} bytes")
            scanned -= self.at
            if not self._more():
                start = self.buffer[self.at :][:40].decode("utf-8", "replace")
                raise Refusal(Reason.TRUNCATED, one_line(f"the last record has no end: {start}"))

    def find_gap(self) -> int:
        """Find where what is no object and no array ends: before the next bracket."""
        while len(self.buffer) - self.at < CHUNK and self._more():
            pass
        gap = _LOOSE.match(self.buffer, self.at)
        return gap.end() if gap else self.at + 1

    def _more(self) -> bool:
        """Append to the value at hand, as much again as there is: a long string is scanned from its start each time."""
        kept = self.buffer[self.at :]
        data = self._window.read(max(CHUNK, len(kept)))
        self.buffer, self.at = kept + data, 0
        return bool(data)


def list_start(head: bytes, text_names: frozenset[str] = TEXT_NAMES) -> int | None:
    """Find where the records begin: after the `[` of an array, or of the first list of objects in an envelope.

    None when the head is one record, or values in a row. Only names of `LIST_NAMES` lead to the list, and an object
    that states a text of its own, under one of `text_names`, is a record and no envelope.
    """
    at = len(head) - len(head.lstrip())
    if head[at : at + 1] == b"[":
        return at + 1
    found: int | None = None
    path: list[str] = []  # names of the objects around; "" where no list of records can be
    key = ""
    for token in _TOKEN.finditer(head, at):
        mark = token.group()
        if mark[:1] == b'"' and len(mark) > 1:
            if head[token.end() : token.end() + 20].lstrip()[:1] == b":":
                key = _name(mark)
                if "" not in path and (
                    key in text_names or _is_special(key, len(path), head[token.end() :][:80])
                ):
                    return None
        elif mark == b"{":
            path.append(key if not path or key in LIST_NAMES else "")
            path[0] = "envelope"
            key = ""
        elif mark == b"[":
            inside = head[token.end() : token.end() + 50].lstrip()[:1]
            if found is None and "" not in path and key in LIST_NAMES and inside == b"{":
                found = token.end()
            path.append("")
            key = ""
        elif mark in (b"}", b"]"):
            if path:
                path.pop()
            if not path:  # what follows may be further envelopes: then each is read for itself
                return found if not head[token.end() :].strip() else None
            key = ""
    return found


def _name(mark: bytes) -> str:
    try:
        name = json.loads(mark)
    except ValueError:
        return "?"
    return plain_name(name) if isinstance(name, str) else "?"


def _is_special(key: str, depth: int, after: bytes) -> bool:
    """Recognise a JSON Feed and ninjs, which are no lists of records and are read whole."""
    return depth == 1 and (key == "uri" or (key == "version" and b"jsonfeed.org" in after))
