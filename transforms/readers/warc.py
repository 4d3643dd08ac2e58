"""Web archives to documents: HTML responses are pages, other responses are noted, other records pass by.

Records are cut here and read by fastwarc one by one: on a whole archive it gives a cut record as if it were whole, and
stops for good at the first damaged one.
"""

from __future__ import annotations

import io
import re

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from transforms.readers.documents import Item, Items, Source, document, reject, skip
from transforms.readers.streams import CHUNK, Refusal, Window, one_line
from transforms.types import Format, Reason, Stated

MAX_HEADER_BYTES = 1 << 16  # of a record: real ones end near 2 KiB
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_READ_TYPES = {b"response", b"resource", b"conversion"}
_VERSION = re.compile(rb"WARC/[01]\.\d+\r?\n")
_FIELD = re.compile(rb"^(warc-type|content-length)[ \t]*:[ \t]*(.*?)[ \t]*\r?$", re.I | re.M)


def read_warc(source: Source) -> Items:
    """Read the records in a row; `#n` counts all of them, so that any archive tool finds the same one.

    Damage between two records is one rejection, and reading goes on at the next that begins.
    """
    window = source.window
    number = source.options.first_record - 1
    is_silent = True
    while True:
        head, junk = _next_header(window)
        if junk:
            number += 1
            yield reject(
                f"{source.ref}#{number}", Format.WARC, Reason.BAD_RECORD, f"{junk} bytes that are no record"
            )
        if not head:
            break
        number += 1
        item = _read_record(head, f"{source.ref}#{number}", source)
        if item is not None:
            is_silent = False
            yield item
    if is_silent and number < source.options.first_record:
        yield reject(source.ref, Format.WARC, Reason.EMPTY, "a web archive without a whole record")


def _next_header(window: Window) -> tuple[bytes, int]:
    """Take the next record's header, and say how many bytes of something else stood before it."""
    junk = 0
    begin: re.Match[bytes] | None = None
    while line := window.readline(MAX_HEADER_BYTES):
        begin = _VERSION.search(line)
        if begin is not None:
            junk += begin.start()
            break
        junk += len(line) if line.strip() else 0
    if begin is None:
        return b"", junk
    lines = [begin.group()]
    length = 0
    while lines[-1].strip():
        line = window.readline(MAX_HEADER_BYTES)
        length += len(line)
        if not line.endswith(b"\n") and length < MAX_HEADER_BYTES:
            raise window.failure or Refusal(Reason.TRUNCATED, "the archive ends inside a record's header")
        if length >= MAX_HEADER_BYTES:
            return b"", junk + length
        lines.append(line)
    return b"".join(lines), junk


def _read_record(head: bytes, ref: str, source: Source) -> Item | None:
    fields = {name.lower(): value for name, value in _FIELD.findall(head)}
    stated, kind = fields.get(b"content-length", b""), fields.get(b"warc-type", b"").lower()
    if not stated.isdigit() or len(stated) > 15:
        return reject(ref, Format.WARC, Reason.BAD_RECORD, "a record without a length", head)
    length = int(stated)
    kept = min(length, source.options.max_document_bytes + 1) if kind in _READ_TYPES else 0
    block = source.window.read(kept)
    if len(block) == kept:
        _skip(source.window, length - kept)
    else:
        raise source.window.failure or Refusal(Reason.TRUNCATED, "the archive ends inside a record")
    if kind == b"revisit":
        return skip(ref, Format.WARC, "a revisit: the page is the one captured earlier")
    if kind not in _READ_TYPES:
        return None
    record = _parse(head, block)
    if record is None:
        return reject(ref, Format.WARC, Reason.BAD_RECORD, "a record that cannot be parsed", block)
    return _page(record, ref, length, source)


def _skip(window: Window, count: int) -> None:
    while count > 0:
        part = window.read(min(count, CHUNK))
        if not part:
            raise Refusal(Reason.TRUNCATED, "the archive ends inside a record")
        count -= len(part)


def _parse(head: bytes, block: bytes) -> WarcRecord | None:
    """Parse one record with its HTTP headers; None for what cannot be, a panic of the compiled parser included."""
    try:
        records = ArchiveIterator(
            io.BytesIO(head + block),
            parse_http=False,
            stream_detect=False,
            fsspec_args=False,
            max_header_len=MAX_HEADER_BYTES,
        )
        record = next(iter(records), None)
        if record is not None and record.record_type == WarcRecordType.response and record.is_http:
            record.parse_http(auto_decode="all")
    except (OSError, ValueError):
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # its class cannot be imported
            raise
        return None
    return record


def _page(record: WarcRecord, ref: str, length: int, source: Source) -> Item:
    content_type = (record.headers.get("Content-Type") or "").lower()
    charset = None
    if record.record_type == WarcRecordType.response and record.is_http:
        headers = record.http_headers
        status = headers.status_code if headers is not None else None
        if status is not None and not 200 <= status < 300:
            return skip(ref, Format.WARC, f"HTTP status {status}")
        content_type, charset = (record.http_content_type or "").lower(), record.http_charset
    is_html = content_type.startswith(_HTML_TYPES)
    is_text = record.record_type == WarcRecordType.conversion and content_type.startswith("text/plain")
    if not is_html and not is_text:
        return skip(ref, Format.WARC, f"{content_type.partition(';')[0] or 'no content type'} is no page")
    limit = source.options.max_document_bytes
    try:
        body = _body(record, length, limit)
    except (OSError, ValueError) as error:
        return reject(ref, Format.WARC, Reason.BAD_RECORD, one_line(f"cannot be unpacked: {error}"))
    if len(body) > limit or length > limit:
        return reject(ref, Format.WARC, Reason.TOO_LARGE, f"page is larger than {limit} bytes")
    if not body.strip():
        return reject(ref, Format.WARC, Reason.EMPTY, "a response without a body")
    stated = Stated(url=record.headers.get("WARC-Target-URI"), charset=charset)
    return document(ref, Format.WARC, body, body, is_html, stated)


def _body(record: WarcRecord, length: int, limit: int) -> bytes:
    """Take the unpacked payload in pieces: asked for much at once, the reader sets that much memory aside first."""
    parts = []
    taken = 0
    while taken <= limit and (part := record.reader.read(min(length + 1, CHUNK))):
        parts.append(part)
        taken += len(part)
    return b"".join(parts)
