"""ARC files, which web archives were before WARC, to documents: one line names a record, and its bytes follow."""

from __future__ import annotations

import re

from transforms.readers.byte_streams import StopReading
from transforms.readers.captured_responses import read_captured
from transforms.readers.documents import Items, Source, document, reject, skip
from transforms.types import Format, Reason, Stated

_CUT = "the archive ends inside a record"
MAX_LINE = 1 << 14  # bytes of a record's line: an address and some numbers
# address, host, time of capture, media type, and in version 2 further fields; the length is the last one
_RECORD = re.compile(rb"(\w[\w+.-]{1,20}:\S++) (\S++) (\d{8,14}) (\S++) (?:\S++ ){0,5}(\d{1,12})\r?\n?")
_HTTP = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")
_HTML_TYPES = (b"text/html", b"application/xhtml+xml")


def read_arc(source: Source) -> Items:
    """Yield each HTML page and each record of a feed or JSON (HTTP status 2xx, or none stated), in stored order.

    The reference ends in `#n`, which counts from 1 records, the file's description of itself, which yields nothing,
    and stretches of bytes that are no record, each one rejection; `#n#k` are the records inside one. Other types and
    statuses are skipped; a record above `max_document_bytes` or without a body is rejected alone; a file without a
    record is one rejection. Raises StopReading where the file ends inside a record or the stream fails.
    """
    window = source.window
    number = junk = 0
    while line := window.readline(MAX_LINE):
        found = _RECORD.fullmatch(line)
        if found is None:
            junk += len(line) if line.strip() else 0
            continue
        if junk:
            number += 1
            yield reject(
                f"{source.ref}#{number}", Format.ARC, Reason.BAD_RECORD, f"{junk} bytes that are no record"
            )
            junk = 0
        number += 1
        yield from _record(found, f"{source.ref}#{number}", source)
    if junk:
        yield reject(
            f"{source.ref}#{number + 1}", Format.ARC, Reason.BAD_RECORD, f"{junk} bytes that are no record"
        )
    elif number == 0:
        yield reject(source.ref, Format.ARC, Reason.EMPTY, "a web archive without a whole record")


def _record(found: re.Match[bytes], ref: str, source: Source) -> Items:
    url, _, captured, media, length = found.groups()
    size, limit = int(length), source.options.max_document_bytes
    block = source.window.read(min(size, limit + 1))
    if len(block) < min(size, limit + 1):
        raise source.window.failure or StopReading(Reason.TRUNCATED, _CUT)
    source.window.skip(size - len(block), _CUT)
    if url.lower().startswith(b"filedesc:"):
        return  # the file's description of itself
    if size > limit:
        yield reject(ref, Format.ARC, Reason.TOO_LARGE, f"page is larger than {limit} bytes")
        return
    yield from _response(url, captured, media.lower(), block, ref, source)


def _response(url: bytes, captured: bytes, media: bytes, block: bytes, ref: str, source: Source) -> Items:
    status = _HTTP.match(block)
    body, charset = block, None
    if status is not None:
        head, _, body = block.partition(b"\r\n\r\n") if b"\r\n\r\n" in block else block.partition(b"\n\n")
        if not status.group(1).startswith(b"2"):
            yield skip(ref, Format.ARC, f"HTTP status {status.group(1).decode()}")
            return
        stated = re.search(rb"^content-type:[^\r\n]{0,80}charset=[\"']?([\w.-]{2,40})", head, re.I | re.M)
        charset = stated.group(1).decode("ascii") if stated else None
    day = captured.decode("ascii").ljust(14, "0")
    at = f"{day[:4]}-{day[4:6]}-{day[6:8]}T{day[8:10]}:{day[10:12]}:{day[12:14]}Z"
    address = url.decode("utf-8", "replace")
    if not media.startswith(_HTML_TYPES):
        kind = media.decode("ascii", "replace")
        items = read_captured(body, kind, ref, source, url=address, captured=at)
        yield from items or [skip(ref, Format.ARC, f"{kind} is no page")]
    elif not body.strip():
        yield reject(ref, Format.ARC, Reason.EMPTY, "a response without a body", block)
    else:
        stated_page = Stated(url=address, charset=charset, captured=at)
        yield document(ref, Format.ARC, block, body, True, stated_page)
