"""JSON in all its deliveries to documents: a record a line, an array, a list in an envelope, one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from transforms.encoding import decode
from transforms.readers.charsets import as_utf8
from transforms.readers.documents import Item, Items, Source, reject
from transforms.readers.fields import plain_name, record_to_document
from transforms.readers.jsoncut import ENVELOPE_BYTES, LIST_NAMES, TEXT_NAMES, cut_values, list_start
from transforms.types import Format, Reason

_DECODER = json.JSONDecoder(strict=False)  # tabs and line ends within strings are common and mean no harm


def read_lines(source: Source) -> Items:
    """Read JSON Lines; a broken line is rejected alone, and `#n` is its line number."""
    limit = _limit(source)
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
    head = window.peek(ENVELOPE_BYTES)
    start = list_start(head, _text_names(source))
    if start is not None:
        window.read(start)
    is_envelope = start is not None and not head[:start].strip().startswith(b"[")
    values = cut_values(window, _limit(source), start is not None, is_envelope)
    first = next(values, None)
    if first is None:
        return
    second = next(values, None) if start is None else None
    if start is None and second is None:
        yield from _record(first, source.ref, Format.JSON, source, "")
        return
    for number, own in enumerate(_chain(first, second, values), start=1):
        yield from _record(own, f"{source.ref}#{number}", Format.JSON, source, f"record {number}: ")


def _limit(source: Source) -> int:
    return min(source.options.max_record_bytes, source.options.max_document_bytes)


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
    nested = _nested_records(value, _text_names(source))
    if nested is None:
        yield record_to_document(value, ref, form, source.options.field_map, own)
        return
    for index, inner in enumerate(nested, start=1):
        inner_ref = f"{ref}#{index}"
        if isinstance(inner, Mapping):
            yield record_to_document(inner, inner_ref, form, source.options.field_map)
        else:
            yield reject(inner_ref, form, Reason.BAD_RECORD, f"{where}element {index} is not an object")


def _text_names(source: Source) -> frozenset[str]:
    """Add the names that the user mapped: a record is known by them, too."""
    mapped = source.options.field_map.values()
    return TEXT_NAMES | {plain_name(name) for name in mapped if "." not in name}


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
        text = own.decode("utf-8")
    except UnicodeDecodeError:
        text = decode(own).text
    return _DECODER.decode(text)


def _nested_records(
    value: Mapping[str, object], text_names: frozenset[str], depth: int = 3
) -> list[object] | None:
    """Find the list of records in an envelope that was small enough to be read whole."""
    plain = {plain_name(name): inner for name, inner in value.items()}
    if any(isinstance(plain.get(name), str) for name in text_names):
        return None
    for name, inner in plain.items():
        if name in LIST_NAMES and isinstance(inner, list) and inner and isinstance(inner[0], Mapping):
            return inner
    if depth:
        for name, inner in plain.items():
            if name in LIST_NAMES and isinstance(inner, Mapping):
                found = _nested_records(inner, text_names, depth - 1)
                if found is not None:
                    return found
    return None
