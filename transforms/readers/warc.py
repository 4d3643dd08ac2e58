"""Web archives (fastwarc) to documents: HTML responses are pages, other responses are noted, other records pass by."""

from __future__ import annotations

from collections.abc import Iterator

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from transforms.readers.documents import Item, Items, Source, document, reject, skip
from transforms.readers.streams import Refusal, Window, one_line
from transforms.types import Format, Reason, Stated

_HTML_TYPES = ("text/html", "application/xhtml+xml")


def read_warc(source: Source) -> Items:
    """Read the records in a row; `#n` counts all of them, so that any archive tool finds the same one."""
    number = source.options.first_record - 1
    records = _records(_Quiet(source.window))
    for record in records:
        number += 1
        item = _read_record(record, f"{source.ref}#{number}", source)
        if item is not None:
            yield item
    if source.window.failure is not None:
        raise source.window.failure
    if number < source.options.first_record:
        yield reject(source.ref, Format.WARC, Reason.EMPTY, "a web archive without a whole record")


class _Quiet:
    """A window whose failure looks like an end: an exception inside the archive reader would cost whole records."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def read(self, count: int = -1) -> bytes:
        try:
            return self._window.read(count)
        except Refusal:
            return b""

    def tell(self) -> int:
        return self._window.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError("one way only")

    def close(self) -> None:
        """Leave the stream to whoever opened it."""


def _records(stream: _Quiet) -> Iterator[WarcRecord]:
    """Iterate, and turn the reader's own failures, a panic of its compiled core among them, into a refusal."""
    try:
        yield from ArchiveIterator(
            stream,
            record_types=WarcRecordType.any_type,
            parse_http=False,
            stream_detect=False,
            fsspec_args=False,
        )
    except (OSError, ValueError) as error:
        raise Refusal(Reason.BAD_RECORD, one_line(f"damaged web archive: {error}")) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # its class cannot be imported
            raise
        raise Refusal(Reason.BAD_RECORD, "damaged web archive: its reader gave up") from error


def _read_record(record: WarcRecord, ref: str, source: Source) -> Item | None:
    kind = record.record_type
    if kind == WarcRecordType.revisit:
        return skip(ref, Format.WARC, "a revisit: the page is the one captured earlier")
    if kind not in (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion):
        return None
    stated_length = record.content_length
    content_type = (record.headers.get("Content-Type") or "").lower()
    charset = None
    if kind == WarcRecordType.response and record.is_http:
        record.parse_http(auto_decode="all")
        headers = record.http_headers
        status = headers.status_code if headers is not None else None
        content_type = (record.http_content_type or "").lower()
        charset = record.http_charset
        if status is not None and not 200 <= status < 300:
            return skip(ref, Format.WARC, f"HTTP status {status}")
    is_html = content_type.startswith(_HTML_TYPES)
    if not is_html and not (kind == WarcRecordType.conversion and content_type.startswith("text/plain")):
        return skip(ref, Format.WARC, f"{content_type.partition(';')[0] or 'no content type'} is no page")
    limit = source.options.max_document_bytes
    body = record.reader.read(limit + 1)
    if len(body) > limit:
        return reject(ref, Format.WARC, Reason.TOO_LARGE, f"page is larger than {limit} bytes")
    if source.window.failure is not None and not source.window.peek(1):
        return None  # the record that a truncation cut; the truncation itself is reported at the end
    if not body.strip():
        return reject(
            ref, Format.WARC, Reason.EMPTY, f"a response without a body ({stated_length} bytes of record)"
        )
    stated = Stated(url=record.headers.get("WARC-Target-URI"), charset=charset)
    return document(ref, Format.WARC, body, body, is_html, stated)
