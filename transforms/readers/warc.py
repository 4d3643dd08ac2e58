"""Web archives to documents: HTML responses are pages, feeds and JSON are read, other responses are noted.

Records are cut here and read by fastwarc one by one: on a whole archive it gives a cut record as if it were whole, and
stops for good at the first damaged one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Literal

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from transforms.readers.byte_streams import CHUNK, StopReading, Window, one_line
from transforms.readers.captured_responses import may_be_read, read_captured
from transforms.readers.documents import Item, Items, Source, document, reject, skip
from transforms.readers.sniff import MAX_CONTROLS
from transforms.text.encoding import count_controls
from transforms.types import Format, RawDocument, Reason, Rejection, Stated

_CUT = "the archive ends inside a record"
MAX_HEADER_BYTES = 1 << 16  # of a record: real ones end near 2 KiB
_PARTIAL = 206  # status of a response to a request for a range of bytes
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_READ_TYPES = {b"response", b"resource", b"conversion"}
_VERSION = re.compile(rb"WARC/[01]\.\d+\r?\n")
_FIELD = re.compile(rb"^(warc-type|content-length)[ \t]*+:([^\r\n]*)", re.I | re.M)


def read_warc(source: Source) -> Items:
    """Yield each captured page and each record of a feed or JSON, and a rejection for each other response.

    HTML with a status of 2xx, and HTML or plain text in resource and conversion records, are pages; what feeds, JSON
    and wire XML hold comes as from a file of its own, under `#n#k`; other responses and revisits are skipped; requests
    and other records yield nothing. All comes in stored order. `#n` counts all records from `first_record`, and each
    stretch of damage between two, which is one rejection. An archive without a record is one rejection. Raises
    StopReading where the file ends inside a record or the stream fails.
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
        for item in _read_record(head, f"{source.ref}#{number}", source):
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
            raise window.failure or StopReading(Reason.TRUNCATED, "the archive ends inside a record's header")
        if length >= MAX_HEADER_BYTES:
            return b"", junk + length
        lines.append(line)
    return b"".join(lines), junk


def _read_record(head: bytes, ref: str, source: Source) -> Sequence[Item]:
    fields = {name.lower(): value.strip() for name, value in _FIELD.findall(head)}
    stated, kind = fields.get(b"content-length", b""), fields.get(b"warc-type", b"").lower()
    if not stated.isdigit() or len(stated) > 15:
        return [reject(ref, Format.WARC, Reason.BAD_RECORD, "a record without a length", head)]
    length = int(stated)
    kept = min(length, source.options.max_document_bytes + 1) if kind in _READ_TYPES else 0
    block = source.window.read(kept)
    if len(block) < kept:
        raise source.window.failure or StopReading(Reason.TRUNCATED, _CUT)
    source.window.skip(length - kept, _CUT)
    if kind == b"revisit":
        return [skip(ref, Format.WARC, "a revisit: the page is the one captured earlier")]
    if kind not in _READ_TYPES:
        return ()
    record = _parse(head, block)
    if record is None:
        return [reject(ref, Format.WARC, Reason.BAD_RECORD, "a record that cannot be parsed", block)]
    items = _read_payload(record, ref, length, source)
    first = items[0]
    if isinstance(first, Rejection) and first.reason in (Reason.BAD_RECORD, Reason.EMPTY):
        plain = _parse(head, block, "none")  # some archives store bodies decoded, and keep the headers
        again = _read_payload(plain, ref, length, source) if plain is not None else items
        if any(isinstance(item, RawDocument) and _is_text(item.body) for item in again):
            return again
    return items


def _is_text(body: bytes | str) -> bool:
    """Distinguish a page from bytes that are still compressed."""
    if isinstance(body, str):
        return bool(body)
    head = body[:2048]
    return bool(head) and not head.startswith(b"\x1f\x8b") and count_controls(head) < MAX_CONTROLS * len(head)


def _parse(head: bytes, block: bytes, decoding: Literal["all", "none"] = "all") -> WarcRecord | None:
    """Parse one record with its HTTP headers; None for what cannot be, a panic of the compiled parser included.

    `decoding` is "all", or "none" for a body that was stored decoded whatever its headers say.
    """
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
            record.parse_http(auto_decode=decoding)
    except (OSError, ValueError):
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # its class cannot be imported
            raise
        return None
    return record


def _read_payload(record: WarcRecord, ref: str, length: int, source: Source) -> Sequence[Item]:
    content_type = (record.headers.get("Content-Type") or "").lower()
    charset = None
    if record.record_type == WarcRecordType.response and record.is_http:
        headers = record.http_headers
        status = headers.status_code if headers is not None else None
        if status is not None and not 200 <= status < 300:
            return [skip(ref, Format.WARC, f"HTTP status {status}")]
        if status == _PARTIAL and not _is_whole(
            headers.get("Content-Range") if headers is not None else None
        ):
            return [reject(ref, Format.WARC, Reason.TRUNCATED, "a part of a page")]
        content_type, charset = (record.http_content_type or "").lower(), record.http_charset
    is_html = content_type.startswith(_HTML_TYPES)
    is_file = record.record_type in (WarcRecordType.conversion, WarcRecordType.resource)
    is_text = is_file and content_type.startswith("text/plain")
    url, captured = record.headers.get("WARC-Target-URI"), record.headers.get("WARC-Date")
    if not is_html and not is_text and not may_be_read(content_type):
        return [_no_page(ref, content_type)]
    limit = source.options.max_document_bytes
    try:
        body = _body(record, length, limit)
    except (OSError, ValueError) as error:
        return [reject(ref, Format.WARC, Reason.BAD_RECORD, one_line(f"cannot be decompressed: {error}"))]
    if len(body) > limit or length > limit:
        return [reject(ref, Format.WARC, Reason.TOO_LARGE, f"page is larger than {limit} bytes")]
    if not is_html and (items := read_captured(body, content_type, ref, source, url=url, captured=captured)):
        return items
    if not is_html and not is_text:
        return [_no_page(ref, content_type)]
    if not body.strip():
        return [reject(ref, Format.WARC, Reason.EMPTY, "a response without a body")]
    return [
        document(ref, Format.WARC, body, body, is_html, Stated(url=url, charset=charset, captured=captured))
    ]


def _is_whole(content_range: str | None) -> bool:
    """Return whether a range of bytes is the whole: "bytes 0-999/1000"."""
    found = re.fullmatch(r"bytes 0-(\d{1,15})/(\d{1,15})", (content_range or "").strip())
    return found is not None and int(found.group(1)) + 1 == int(found.group(2))


def _no_page(ref: str, content_type: str) -> Rejection:
    return skip(ref, Format.WARC, f"{content_type.partition(';')[0] or 'no content type'} is no page")


def _body(record: WarcRecord, length: int, limit: int) -> bytes:
    """Take the decompressed payload in pieces: asked for much at once, the reader sets that much memory aside first."""
    parts = []
    taken = 0
    while taken <= limit and (part := record.reader.read(min(length + 1, CHUNK))):
        parts.append(part)
        taken += len(part)
    return b"".join(parts)
