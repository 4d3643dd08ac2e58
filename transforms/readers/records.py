"""JSON in all its deliveries to documents: a record a line, an array, a list in an envelope, one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from transforms.encoding import decode
from transforms.readers.charsets import as_utf8
from transforms.readers.documents import Item, Items, Source, reject
from transforms.readers.fields import plain_name, record_to_document
from transforms.readers.streams import CHUNK, Refusal, Window, one_line
from transforms.types import Format, Reason

# lists that hold the records of a delivery; other lists of objects (images, authors) belong to one record
LIST_NAMES = {
    "articles", "items", "results", "data", "docs", "documents", "records", "entries", "news", "stories", "hits",
    "posts", "rows", "list", "values", "children", "newsitems", "content", "response", "feed", "newslist",
    "articlelist",
}  # fmt: skip
# a record states its own text under one of these; an envelope has none
_TEXT_NAMES = {
    "articlebody",
    "maintext",
    "fulltext",
    "text",
    "body",
    "bodytext",
    "bodyhtml",
    "contenthtml",
    "headline",
}
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.S)
_BETWEEN = b" \t\r\n,\x1e"  # a comma in an array; the record separator of JSON text sequences
_SCALAR = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s,\]\[{}"]+|.', re.S)
ENVELOPE_BYTES = 1 << 18  # where the list of records must begin at the latest


def read_lines(source: Source) -> Items:
    """Read JSON Lines; a broken line is rejected alone, and `#n` is its line number."""
    limit = source.options.max_document_bytes
    window = as_utf8(source.window)
    number = source.options.first_record - 1
    while line := window.readline(limit + 1):
        number += 1
        ref = f"{source.ref}#{number}"
        if len(line) > limit and not line.endswith(b"\n"):
            window.skip_line()
            yield reject(ref, Format.JSONL, Reason.TOO_LARGE, f"line {number} is longer than {limit} bytes")
            continue
        if window.failure is not None and not line.endswith(b"\n"):
            continue  # half a line before a truncation, which is reported next
        own = line.strip(b" \t\r\n\x1e")
        if own:
            yield from _record(own, ref, Format.JSONL, source, f"line {number}: ")


def read_json(source: Source) -> Items:
    """Read one value, an array, values in a row, or the list of records inside an envelope of objects."""
    window = as_utf8(source.window)
    start = _list_start(window.peek(ENVELOPE_BYTES))
    if start is not None:
        window.read(start)
    values = _values(window, source.options.max_document_bytes, in_list=start is not None)
    first = next(values, None)
    if first is None:
        return
    second = next(values, None) if start is None else None
    if start is None and second is None:
        yield from _record(first, source.ref, Format.JSON, source, "")
        return
    for number, own in enumerate(_chain(first, second, values), start=1):
        yield from _record(own, f"{source.ref}#{number}", Format.JSON, source, f"record {number}: ")


def _chain(first: bytes, second: bytes | None, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    if second is not None:
        yield second
    yield from rest


def _record(own: bytes, ref: str, form: Format, source: Source, where: str) -> Iterator[Item]:
    try:
        value = parse_json(own)
    except (ValueError, RecursionError) as error:
        yield reject(ref, form, Reason.BAD_RECORD, f"{where}not valid JSON: {error}", own)
        return
    if not isinstance(value, Mapping):
        yield reject(ref, form, Reason.BAD_RECORD, f"{where}not an object but {type(value).__name__}", own)
        return
    special = _special(value)
    if special is not None:
        yield from _read_special(special, value, own, ref, source)
        return
    nested = _nested_records(value)
    if nested is None:
        yield record_to_document(value, ref, form, source.options.field_map, own)
        return
    for index, inner in enumerate(nested, start=1):
        inner_ref = f"{ref}#{index}"
        if isinstance(inner, Mapping):
            yield record_to_document(inner, inner_ref, form, source.options.field_map)
        else:
            yield reject(inner_ref, form, Reason.BAD_RECORD, f"{where}element {index} is not an object")


def _special(value: Mapping[str, object]) -> Format | None:
    version = value.get("version")
    if (
        isinstance(version, str)
        and "jsonfeed.org/version" in version
        and isinstance(value.get("items"), list)
    ):
        return Format.JSON_FEED
    if (
        isinstance(value.get("uri"), str)
        and len({"versioncreated", "pubstatus", "body_xhtml", "bodies"} & set(value)) > 0
    ):
        return Format.NINJS
    return None


def _read_special(
    form: Format, value: Mapping[str, object], own: bytes, ref: str, source: Source
) -> Iterator[Item]:
    if form is Format.JSON_FEED:
        from transforms.readers.feeds import read_json_feed

        yield from read_json_feed(value, ref)
    else:
        from transforms.readers.wire import read_ninjs

        yield read_ninjs(value, ref, own)


def parse_json(own: bytes) -> object:
    """Parse one JSON value in any charset; ValueError or RecursionError when it is none."""
    try:
        return json.loads(own.decode("utf-8"), strict=False)
    except UnicodeDecodeError:
        return json.loads(decode(own).text, strict=False)


def _nested_records(value: Mapping[str, object], depth: int = 3) -> list[object] | None:
    """Find the list of records in an envelope that was small enough to be read whole."""
    plain = {plain_name(name): inner for name, inner in value.items()}
    if any(isinstance(plain.get(name), str) for name in _TEXT_NAMES):
        return None
    for name, inner in plain.items():
        if name in LIST_NAMES and isinstance(inner, list) and inner and isinstance(inner[0], Mapping):
            return inner
    if depth:
        for name, inner in plain.items():
            if name in LIST_NAMES and isinstance(inner, Mapping):
                found = _nested_records(inner, depth - 1)
                if found is not None:
                    return found
    return None


def _list_start(head: bytes) -> int | None:
    """Find where the records begin: after the `[` of an array, or of the first list of objects in an envelope.

    None when the head is one record, or values in a row. Only names of `LIST_NAMES` lead into an envelope, and only
    before any name that says text.
    """
    at = len(head) - len(head.lstrip())
    if head[at : at + 1] == b"[":
        return at + 1
    path: list[str] = []
    key: str | None = None
    before = 0
    for token in _TOKEN.finditer(head, at):
        mark = token.group()
        if mark[:1] == b'"' and len(mark) > 1:
            after = head[token.end() : token.end() + 20].lstrip()
            if after[:1] == b":":
                key = re.sub(r"[\W_]+", "", mark[1:-1].decode("utf-8", "replace")).lower()
                if key in _TEXT_NAMES or (len(path) == 1 and key in ("version", "uri")):
                    return None  # a record of its own; a JSON Feed or ninjs, which are read whole
        elif mark == b"{":
            if path and key is not None and key not in LIST_NAMES:
                before += 1
                path.append("-")
            else:
                path.append(key or "")
            key = None
        elif mark == b"[":
            inside = head[token.end() : token.end() + 50].lstrip()[:1]
            if "-" not in path and key in LIST_NAMES and inside == b"{":
                return token.end()
            path.append("-")
            key = None
        elif mark in (b"}", b"]"):
            if path:
                path.pop()
            if not path:
                return None
            key = None
    return None


def _values(window: Window, limit: int, in_list: bool) -> Iterator[bytes]:
    """Cut the stream into its values, each as its own bytes; stop at the end of the list.

    Brackets are matched outside strings, so a value that is no valid JSON inside still ends where it should.
    """
    buffer = b""
    ended = False

    def more() -> bool:
        nonlocal buffer, ended
        data = window.read(CHUNK)
        ended = not data
        buffer += data
        return not ended

    while True:
        buffer = buffer.lstrip(_BETWEEN)
        if not buffer:
            if not more():
                if in_list:
                    raise Refusal(Reason.TRUNCATED, "the list of records has no end")
                return
            continue
        if in_list and buffer[:1] == b"]":
            return
        end = 0
        if buffer[:1] in (b"{", b"["):
            depth, scanned = 0, 0
            while not end:
                for token in _TOKEN.finditer(buffer, scanned):
                    mark = token.group()
                    if mark == b'"':  # a string that goes on beyond the buffer
                        break
                    scanned = token.end()
                    if mark in (b"{", b"["):
                        depth += 1
                    elif mark in (b"}", b"]"):
                        depth -= 1
                        if depth == 0:
                            end = scanned
                            break
                if end:
                    break
                if len(buffer) > limit:
                    raise Refusal(Reason.TOO_LARGE, f"a record is larger than {limit} bytes")
                if not more():
                    raise Refusal(
                        Reason.TRUNCATED, one_line(f"the last record has no end: {_sample(buffer)}")
                    )
        else:
            while len(buffer) < 4096 and not ended and more():
                pass
            token_at = _SCALAR.match(buffer)
            end = max(token_at.end() if token_at else 1, 1)
        yield buffer[:end]
        buffer = buffer[end:]


def _sample(data: bytes) -> str:
    return data[:40].decode("utf-8", "replace")
