"""A stream of JSON to its values' own bytes: brackets are matched outside strings, nothing is parsed yet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.readers.byte_streams import CHUNK, StopReading, Window, one_line
from transforms.readers.field_table import field_table, plain_name
from transforms.types import Reason

LEAST_TEXT = 80  # characters of a record's text: messages of interfaces ("success") and names are shorter
# a record states its own text under one of these; an envelope has none
TEXT_NAMES = frozenset(
    (
        "articlebody",
        "maintext",
        "fulltext",
        "text",
        "body",
        "bodytext",
        "bodyhtml",
        "contenthtml",
        "headline",
        "articlehtml",
        "selftext",
        "contenttext",
    )
)
# a string, its end in the group (none where the buffer ends first), or a bracket
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[{}\[\]]', re.S)
_VALUE = re.compile(rb"[^ \t\r\n,\x1e]")  # a comma in an array; the record separator of JSON text sequences
_SOLID = re.compile(rb"[^ \t\r\n]")
_LOOSE = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+"|[^"{}\[\]])++', re.S)
_DECODER = json.JSONDecoder(strict=False)
ENVELOPE_BYTES = 1 << 18  # where the list of records must begin at the latest


@dataclass(frozen=True, slots=True, kw_only=True)
class ListValue:
    """One value of a list of objects inside an envelope, as bytes, with the number of its list."""

    list_number: int  # of the lists of the stream, from 1
    is_named: bool  # names of the field table lead to the list: its values are records, whatever they hold
    data: bytes


def split_values(window: Window, limit: int, in_list: bool) -> Iterator[bytes]:
    """Yield the bytes of each object and array in a stream of JSON, in order; nothing is parsed.

    They follow one another, or lie in arrays, which are opened; `in_list`: the stream begins inside an array. Other
    bytes between two of them come in one piece as a rule, so that a damaged file gives one rejection for each gap and
    not one for each word of it. Raises StopReading: `TOO_LARGE` for a value above `limit` bytes, `TRUNCATED` for a
    value, or an array, without an end, or the failure of the window.
    """
    cutter = _Cutter(window, limit)
    if in_list:
        yield from cutter.list_values()
    while first := cutter.next_byte():
        if first == b"[":
            cutter.at += 1
            yield from cutter.list_values()
        else:
            yield cutter.take_value(first)


def split_envelope(window: Window, limit: int) -> Iterator[ListValue]:
    """Yield the values, as own bytes, of every list inside an envelope that begins with an object, in stored order.

    Lists below names for what stands beside records (`authors`, `facets` …) are skipped; an envelope without its own
    end is read as far as it goes. Raises StopReading: `TOO_LARGE` for a value or text above `limit` bytes, `TRUNCATED`
    for a list or value without an end, or the failure of the window.
    """
    cutter = _Cutter(window, limit)
    table = field_table()
    path: list[str] = []  # names of the objects and lists around
    key, number = "", 0
    while mark := cutter.next_token():
        if mark[:1] == b'"':
            key = _name(mark) if cutter.following_byte() == b":" else ""
            continue
        if mark in (b"}", b"]"):
            del path[-1:]
        elif mark == b"[" and cutter.following_byte() == b"{" and table.beside.isdisjoint((*path, key)):
            number += 1
            is_named = table.lists.issuperset((*path[1:], key))
            for data in cutter.list_values():
                yield ListValue(list_number=number, is_named=is_named, data=data)
        else:
            path.append(key)
        key = ""


def split_damaged(own_bytes: bytes) -> list[bytes]:
    """Split a value that is no valid JSON into the lines that begin with a whole object, and what is between them.

    All between two such lines is one piece; a rest of brackets and commas is dropped. `[own]` where that gives fewer
    than two pieces. Nothing raises.
    """
    pieces: list[bytes] = []
    damaged: list[bytes] = []
    for line in own_bytes.split(b"\n"):
        record = _object_in(line)
        if record is None:
            damaged.append(line)
            continue
        if b"".join(damaged).strip():
            pieces.append(b"\n".join(damaged))
        damaged = []
        pieces.append(record)
    rest = b"\n".join(damaged)
    if rest.strip(b" \t\r\n]},"):
        pieces.append(rest)
    return pieces if len(pieces) > 1 else [own_bytes]


def _object_in(line: bytes) -> bytes | None:
    """Return the object that a line begins with, where what follows goes on as JSON does behind a value."""
    text = line.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        return None
    try:
        _, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return text[:end].encode("utf-8", "replace") if text[end:].lstrip()[:1] in ("", *"]},") else None


class _Cutter:
    """The bytes of a stream around the value at hand, which begins at `at`."""

    def __init__(self, window: Window, limit: int) -> None:
        self._window = window
        self._limit = limit
        self.buffer = b""
        self.at = 0

    def list_values(self) -> Iterator[bytes]:
        """Yield the values of a list whose opening bracket was taken, and take the closing one.

        Raises StopReading: `TRUNCATED` where the stream ends first, also inside a value, `TOO_LARGE` for a value
        above the limit.
        """
        while first := self.next_byte():
            if first == b"]":
                self.at += 1
                return
            yield self.take_value(first)
        raise StopReading(Reason.TRUNCATED, "the list of records has no end")

    def take_value(self, first: bytes) -> bytes:
        """Take the object or array that begins here, or all up to the next one; `first` is its first byte.

        Raises StopReading for an object or array that has no end or exceeds the limit.
        """
        end = self.find_end() if first in (b"{", b"[") else self.find_gap()
        own_bytes = self.buffer[self.at : end]
        self.at = end
        return own_bytes

    def next_token(self) -> bytes:
        """Take the next bracket or string with all before it; b"" at the end of the stream, or in an open string.

        Raises StopReading (`TOO_LARGE`) for a string longer than the limit.
        """
        while True:
            found = _TOKEN.search(self.buffer, self.at)
            if found is not None and (found.group()[:1] != b'"' or found.group(1)):
                self.at = found.end()
                return found.group()
            self.at = len(self.buffer) if found is None else found.start()
            if len(self.buffer) - self.at > self._limit:
                raise StopReading(Reason.TOO_LARGE, f"a text is larger than {self._limit} bytes")
            if not self._more():
                return b""

    def following_byte(self) -> bytes:
        """Return the next byte that is no white space, without consuming anything; b"" at the end of the stream."""
        while (found := _SOLID.search(self.buffer, self.at)) is None:
            if not self._more():
                return b""
        return found.group()

    def next_byte(self) -> bytes:
        """Skip white space, commas and record separators; return the next value's first byte without consuming it.

        b"" at the stream's end.
        """
        while True:
            found = _VALUE.search(self.buffer, self.at)
            if found is not None:
                self.at = found.start()
                return found.group()
            self.at = len(self.buffer)
            if not self._more():
                return b""

    def find_end(self) -> int:
        """Return the index in the buffer behind the object or array that begins at the current position.

        Raises StopReading: `TOO_LARGE` above the limit, `TRUNCATED` where it has no end, unless whole records stand on
        lines of their own in what is left: then it ends at the end of the stream.
        """
        depth = 0
        scanned = self.at
        while True:
            for token in _TOKEN.finditer(self.buffer, scanned):
                mark = token.group()
                if mark[:1] == b'"' and not token.group(1):  # a string that goes on beyond the buffer
                    break
                scanned = token.end()
                if mark in (b"{", b"["):
                    depth += 1
                elif mark in (b"}", b"]"):
                    depth -= 1
                    if depth == 0:
                        return scanned
            if len(self.buffer) - self.at > self._limit:
                raise StopReading(Reason.TOO_LARGE, f"a record is larger than {self._limit} bytes")
            scanned -= self.at
            if not self._more():
                rest = self.buffer[self.at :]
                if len(split_damaged(rest)) > 1:
                    return len(
                        self.buffer
                    )  # an open string swallowed whole records, which are read line by line
                start = self.buffer[self.at :][:40].decode("utf-8", "replace")
                raise StopReading(Reason.TRUNCATED, one_line(f"the last record has no end: {start}"))

    def find_gap(self) -> int:
        """Return the index in the buffer behind bytes that are neither object nor array.

        That is at the next bracket outside strings, or where the buffer ends.
        """
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
    """Return the offset in `head` behind the `[` of an array, or of the first list of objects in an envelope.

    None when the head is one record, a JSON Feed, ninjs, or values in a row, or shows no such list. Only the field
    table's names of lists lead to the list. The outermost object is a record and no envelope when it has a string
    under one of `text_names`, or one of 80 bytes or more under any of the table's names for texts. Nothing raises.
    """
    at = len(head) - len(head.lstrip())
    if head[at : at + 1] == b"[":
        return at + 1
    lists, texts = field_table().lists, {plain_name(name) for name in field_table().names["text"]}
    found: int | None = None
    path: list[str] = []  # names of the objects around; "" where no list of records can be
    key = ""
    for token in _TOKEN.finditer(head, at):
        mark = token.group()
        if mark[:1] == b'"' and not token.group(1):  # a string without an end: what follows it says nothing
            return found
        if mark[:1] == b'"':
            if head[token.end() : token.end() + 20].lstrip()[:1] == b":":
                key = _name(mark)
                if "" not in path and (
                    key in text_names or _is_special(key, len(path), head[token.end() :][:80])
                ):
                    return None
            elif len(path) == 1 and key in texts and len(mark) >= LEAST_TEXT:
                return None
        elif mark == b"{":
            path.append(key if not path or key in lists else "")
            path[0] = "envelope"
            key = ""
        elif mark == b"[":
            inside = head[token.end() : token.end() + 50].lstrip()[:1]
            if found is None and "" not in path and key in lists and inside == b"{":
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
    return depth == 1 and (
        key in ("uri", "bodies", "headlines") or (key == "version" and b"jsonfeed.org" in after)
    )
