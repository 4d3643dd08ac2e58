"""JSON in all its deliveries to documents: a record a line, an array, a list in an envelope, one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from transforms.readers.byte_streams import Window
from transforms.readers.charsets import as_utf8
from transforms.readers.documents import Item, Items, Source, as_json, items_or_rejection, reject
from transforms.readers.json_envelopes import are_records, nested_records, special_kind, text_names, unwrap
from transforms.readers.json_values import (
    ENVELOPE_BYTES,
    list_start,
    split_damaged,
    split_envelope,
    split_values,
)
from transforms.readers.record_fields import record_to_document
from transforms.readers.sniff_json import JSON_GUARDS
from transforms.text.encoding import decode
from transforms.types import Format, Reason

_DEEPEST = 3  # envelopes that are records of an envelope
_DECODER = json.JSONDecoder(strict=False)  # tabs and line ends within strings are common and mean no harm


def read_lines(source: Source) -> Items:
    """Yield the records of JSON Lines in order.

    References end in `#n`, the line's number from `first_record`, and in `#n#k` for the k-th of several records in
    it. Empty lines yield nothing. A line that is no JSON object, or is longer than a record may be, is rejected
    alone. Raises StopReading for a stream that fails; a line that is cut there is left out.
    """
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
        own_bytes = line.strip(b" \t\r\n\x1e")
        if own_bytes:
            yield from _record(own_bytes, ref, Format.JSONL, source, f"line {number}: ")


def read_json(source: Source) -> Items:
    """Yield the records of a JSON file in order: one value, an array, values in a row, or the lists in an envelope.

    References end in `#n` from 1, unless the file is one value, and in a further `#k` for those inside a record. A
    broken record is rejected alone; a file without a value yields nothing. Raises StopReading for a record above the
    limit of the options, for one or an array without an end, and for a stream that fails.
    """
    window = as_utf8(source.window)
    guard = next((one for one in JSON_GUARDS if window.peek(16).startswith(one)), b"")
    window.read(len(guard))
    head = window.peek(ENVELOPE_BYTES)
    start = list_start(head, text_names(source.options.field_map))
    if start is not None and not head[:start].strip().startswith(b"["):
        yield from _read_envelope(window, source)
        return
    if start is not None:
        window.read(start)
    values = split_values(window, _limit(source), start is not None)
    first = next(values, None)
    if first is None:
        return
    second = next(values, None) if start is None else None
    if start is None and second is None and not _is_damaged_list(first, source):
        yield from _record(first, source.ref, Format.JSON, source, "")
        return
    number = 0
    for value in _chain(first, second, values):
        for own_bytes in _pieces(value):
            number += 1
            yield from _record(own_bytes, f"{source.ref}#{number}", Format.JSON, source, f"record {number}: ")


def _is_damaged_list(value: bytes, source: Source) -> bool:
    """Return whether a lone value that does not parse has records on lines of their own."""
    pieces = _pieces(value)
    return len(pieces) > 1 and any(_holds_record(one, source) for one in pieces)


def _pieces(value: bytes) -> Sequence[bytes]:
    """Split a value that is no JSON at its lines; a valid one stays whole."""
    return (value,) if b"\n" not in value or is_json(value) else split_damaged(value)


def _read_envelope(window: Window, source: Source) -> Items:
    """Read every list of records in an envelope, of any size.

    A list under an unknown name is one of records from the first that has words or a time; before it, and in lists of
    anything else, objects are options and pictures, of which nothing is reported.
    """
    number = 0
    lists_of_records: set[int] = set()
    for value in split_envelope(window, _limit(source)):
        for own_bytes in _pieces(value.data):
            if not value.is_named and value.list_number not in lists_of_records:
                if not _holds_record(own_bytes, source):
                    continue
                lists_of_records.add(value.list_number)
            number += 1
            yield from _record(own_bytes, f"{source.ref}#{number}", Format.JSON, source, f"record {number}: ")


def _holds_record(own_bytes: bytes, source: Source) -> bool:
    try:
        value = parse_json(own_bytes)
    except (ValueError, RecursionError):
        return False
    fields = source.options.field_map
    try:
        return isinstance(value, Mapping) and (
            are_records([value], fields, is_named=False) or nested_records(value, fields) is not None
        )
    except Exception:  # noqa: BLE001 - its reading raises the same, and says so
        return True


def _limit(source: Source) -> int:
    return min(source.options.max_record_bytes, source.options.max_document_bytes)


def _chain(first: bytes, second: bytes | None, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    if second is not None:
        yield second
    yield from rest


def _record(own_bytes: bytes, ref: str, form: Format, source: Source, where: str) -> Items:
    return items_or_rejection(_whole_record(own_bytes, ref, form, source, where), ref, form, own_bytes)


def _whole_record(own_bytes: bytes, ref: str, form: Format, source: Source, where: str) -> Iterator[Item]:
    try:
        value = parse_json(own_bytes)
    except (ValueError, RecursionError) as error:
        yield reject(ref, form, Reason.BAD_RECORD, f"{where}not valid JSON: {error}", own_bytes)
        return
    fields = source.options.field_map
    if isinstance(value, list) and are_records(value, fields):
        value = {"items": value}
    if not isinstance(value, Mapping):
        yield reject(
            ref, form, Reason.BAD_RECORD, f"{where}not an object but {type(value).__name__}", own_bytes
        )
        return
    value = unwrap(value, fields)
    special = special_kind(value)
    if special is not None:
        yield from _read_special(special, value, own_bytes, ref)
        return
    nested = nested_records(value, fields)
    if nested is None:
        yield record_to_document(value, ref, form, source.options, own_bytes)
        return
    for index, inner in enumerate(nested, start=1):
        inner_ref = f"{ref}#{index}"
        read = _inner_record(inner, inner_ref, form, source, f"{where}element {index}", _DEEPEST)
        yield from items_or_rejection(read, inner_ref, form)


def _inner_record(
    value: object, ref: str, form: Format, source: Source, where: str, depth: int
) -> Iterator[Item]:
    """Read one record of a list that was parsed whole; one that is an envelope itself, as a cluster is, by its own."""
    if not isinstance(value, Mapping):
        yield reject(ref, form, Reason.BAD_RECORD, f"{where} is not an object")
        return
    value = unwrap(value, source.options.field_map)
    if special_kind(value) is Format.NINJS:
        yield from _read_special(Format.NINJS, value, as_json(value), ref)
        return
    nested = nested_records(value, source.options.field_map) if depth else None
    if nested is None:
        yield record_to_document(value, ref, form, source.options)
        return
    for index, inner in enumerate(nested, start=1):
        inner_ref = f"{ref}#{index}"
        read = _inner_record(inner, inner_ref, form, source, f"element {index}", depth - 1)
        yield from items_or_rejection(read, inner_ref, form)


def _read_special(form: Format, value: Mapping[str, object], own_bytes: bytes, ref: str) -> Iterator[Item]:
    if form is Format.JSON_FEED:
        from transforms.readers.feeds import read_json_feed

        yield from read_json_feed(value, ref)
    else:
        from transforms.readers.ninjs import read_ninjs

        yield read_ninjs(value, ref, own_bytes)


def is_json(own_bytes: bytes) -> bool:
    """Return whether bytes are one JSON value, in UTF-8 or a charset that they seem to be in; False for b""."""
    try:
        parse_json(own_bytes)
    except (ValueError, RecursionError):
        return False
    return True


def parse_json(own_bytes: bytes) -> object:
    """Parse one JSON value in UTF-8, or, where bytes are not valid UTF-8, in the charset that they seem to be in.

    Control characters inside strings and a byte order mark before the value are allowed. Raises ValueError or
    RecursionError for anything but one value, and for a whole number of more than 4,300 digits.
    """
    try:
        text = own_bytes.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = decode(own_bytes).text
    return _DECODER.decode(text)
