"""A big file in, the slices out in which different workers can read it; none for a file that stays whole."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from flows.intake.file_slices import FileSlice
from transforms.readers.csv_and_parquet import csv_split_points, parquet_groups
from transforms.readers.sniff import HEAD_BYTES, sniff
from transforms.types import Format

CHUNK = 1 << 20
# A row group is decompressed from its start by each of its slices: more slices, more work done twice.
SLICES_OF_GROUP = 8
_CONTENT_LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)


def split_file(
    stream: BinaryIO, name: str, size: int, slice_bytes: int, record_bytes: int
) -> list[FileSlice]:
    """Split a file between records: slices of about `slice_bytes` for WARC, `record_bytes` for JSONL, CSV, Parquet.

    `stream` is seekable and at its beginning, `size` its bytes; `name` decides where bytes leave two formats open.
    Every record is in one slice, in order. Empty, or one slice, for a file to be read whole: of at most two such slices
    (one of Parquet), of a kind that cannot be split, or not in the form of its format. Raises OSError, and zlib.error
    for damaged gzip.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if head.startswith(b"PAR1"):  # the only kind whose bytes do not show how much is in it
        return _split_rows(stream, size, record_bytes)
    if size > 2 * slice_bytes and head.startswith(b"WARC/"):
        return _group(_warc_starts(stream, size), size, slice_bytes, Format.WARC)
    if size > 2 * slice_bytes and head.startswith(b"\x1f\x8b"):
        if not _inflate_head(head).startswith(b"WARC/"):
            return []
        return _group(_gzip_warc_starts(stream), size, slice_bytes, Format.WARC, is_gzip=True)
    if size <= 2 * record_bytes:
        return []
    if _is_jsonl(head, name):
        return list(_split_lines(stream, size, record_bytes))
    if sniff(head, name) is Format.CSV:
        return _split_csv(stream, size, record_bytes)
    return []


def _split_rows(stream: BinaryIO, size: int, slice_bytes: int) -> list[FileSlice]:
    """Cut a Parquet file by rows: light row groups together, a heavy one in pieces."""
    slices: list[FileSlice] = []
    first, rows, weight = 1, 0, 0

    def close() -> None:
        nonlocal first, rows, weight
        if rows:
            slices.append(
                FileSlice(
                    format=Format.PARQUET, start=0, end=size, first_record=first, records=rows, cost=weight
                )
            )
        first, rows, weight = first + rows, 0, 0

    for group_rows, group_weight in parquet_groups(stream):
        if weight + group_weight > slice_bytes:
            close()
        pieces = max(1, min(SLICES_OF_GROUP, group_rows, group_weight // slice_bytes))
        for piece in range(pieces):
            rows += group_rows * (piece + 1) // pieces - group_rows * piece // pieces
            weight += group_weight // pieces
            if piece < pieces - 1:
                close()
    close()
    return slices


def _split_csv(stream: BinaryIO, size: int, slice_bytes: int) -> list[FileSlice]:
    points = csv_split_points(stream, slice_bytes)
    if not points:
        return []
    ends = [point.offset for point in points[1:]] + [size]
    return [
        FileSlice(
            format=Format.CSV,
            start=point.offset,
            end=end,
            first_record=point.first_row,
            header_end=points[0].offset,
        )
        for point, end in zip(points, ends, strict=True)
    ]


def _is_jsonl(head: bytes, name: str) -> bool:
    """Recognise JSON Lines as the reader does, or by a first line longer than the head.

    Were that line one long JSON object, there would be nowhere to split.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\n" not in start:
        return len(head) == HEAD_BYTES and start.startswith(b'{"')
    return start.startswith(b"{") and sniff(head, name) is Format.JSONL


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _split_lines(stream: BinaryIO, size: int, item_bytes: int) -> Iterator[FileSlice]:
    start, line = 0, 1
    while start < size:
        end = _next_object(stream, start + item_bytes, size) if size - start > item_bytes else size
        yield FileSlice(format=Format.JSONL, start=start, end=end, first_record=line)
        line += _count_newlines(stream, start, end)
        start = end


def _next_object(stream: BinaryIO, offset: int, size: int) -> int:
    """Find the next line that is a whole object: a slice must look like JSON Lines where it begins."""
    stream.seek(offset - 1)
    _skip_line(stream)
    while (at := stream.tell()) < size:
        line = stream.readline(CHUNK)
        if line.startswith(b"{") and _is_object(line):
            return at
        if not line.endswith(b"\n"):
            _skip_line(stream)
    return size


def _skip_line(stream: BinaryIO) -> None:
    while (piece := stream.readline(CHUNK)) and not piece.endswith(b"\n"):
        pass  # a line may be longer than memory


def _count_newlines(stream: BinaryIO, start: int, end: int) -> int:
    stream.seek(start)
    left, count = end - start, 0
    while left and (chunk := stream.read(min(CHUNK, left))):
        left -= len(chunk)
        count += chunk.count(b"\n")
    return count


def _group(
    starts: Iterable[int], size: int, item_bytes: int, kind: Format, *, is_gzip: bool = False
) -> list[FileSlice]:
    """Join records into slices; `starts` ends with -1 when the file does not keep to one rule."""
    slices: list[FileSlice] = []
    begin, first = 0, 1
    for number, start in enumerate(starts, 1):
        if start < 0:
            return []
        if start - begin >= item_bytes:
            slices.append(FileSlice(format=kind, start=begin, end=start, first_record=first, is_gzip=is_gzip))
            begin, first = start, number
    slices.append(FileSlice(format=kind, start=begin, end=size, first_record=first, is_gzip=is_gzip))
    return slices


def _warc_starts(stream: BinaryIO, size: int) -> Iterator[int]:
    """Offsets of the records, by their stated lengths, not by what their content looks like.

    A record's header must fit in what a file is recognised by.
    """
    at = 0
    while at < size:
        stream.seek(at)
        length = _record_length(stream.read(HEAD_BYTES))
        if length is None:
            yield -1
            return
        yield at
        at += length
    if at > size:
        return  # the last record is truncated: the reader of its slice says so


def _record_length(head: bytes) -> int | None:
    """Bytes of a WARC record with its header and the two line ends after it; None when it is no record."""
    if not head.startswith(b"WARC/"):
        return None
    for end in (b"\r\n\r\n", b"\n\n"):
        at = head.find(end)
        if at >= 0:
            stated = _CONTENT_LENGTH.search(head[: at + len(end)])
            return at + len(end) + int(stated[1]) + 4 if stated else None
    return None


def _inflate_head(head: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)


class _Member:
    """One gzip member while it is inflated: its length and its first bytes."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=31)
        self.head = b""
        self.length = 0

    def feed(self, data: bytes) -> bytes | None:
        """Feed bytes of a gzip member; return None while it goes on, else the bytes after its end.

        Bounded memory, bombs included. Raises zlib.error.
        """
        while True:
            out = self._inflater.decompress(data, 4 * CHUNK)
            self.head += out[: HEAD_BYTES - len(self.head)]
            self.length += len(out)
            if self._inflater.eof:
                return self._inflater.unused_data
            data = self._inflater.unconsumed_tail
            if not data:
                return None


def _gzip_warc_starts(stream: BinaryIO) -> Iterator[int]:
    """Offsets of gzip members, by inflating: a member inside a record's content must not pass for one."""
    offset = 0  # in the file, of the end of what was read
    member: _Member | None = None
    while chunk := stream.read(CHUNK):
        offset += len(chunk)
        rest: bytes | None = chunk
        while rest:
            if member is None:
                yield offset - len(rest)
                member = _Member()
            rest = member.feed(rest)
            if rest is not None:
                if _record_length(member.head) != member.length:
                    yield -1  # several records in a member, or none
                    return
                member = None
