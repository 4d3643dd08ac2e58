"""Found files in, work items out: small files together, a big file in parts that different workers can do."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from flows.discover import FoundFile, open_file
from transforms.types import Format

if TYPE_CHECKING:
    from typing_extensions import Buffer  # collections.abc has it from Python 3.12

ITEM_BYTES = (
    8 << 20
)  # one item: some seconds of work, so that redoing one is cheap and handing out costs nothing
ITEM_FILES = 64  # pages take about 20 ms each
FEWEST_ITEMS = 16  # with few files, items get smaller before workers stand idle
_CHUNK = 1 << 20
_HEAD_BYTES = 64 << 10  # of a WARC record: its header must fit
_CONTENT_LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of one file that begins and ends between records."""

    format: Format
    start: int  # byte offset in the file
    end: int
    first_record: int  # number of its first record (line of JSONL, record of a WARC), from 1
    is_gzip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """What one task call reads: whole files, or one part of one file."""

    key: str  # names the result file; the same input gives the same key
    cost: int  # bytes
    files: tuple[FoundFile, ...]
    part: Part | None = None


class PartStream(io.BufferedReader):
    """A file from one offset to another, as a seekable stream of its own. The file stays the caller's to close."""

    def __init__(self, stream: BinaryIO, part: Part) -> None:
        super().__init__(_Stretch(stream, part.start, part.end))


class _Stretch(io.RawIOBase):
    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self._stream = stream
        self._start = start
        self._length = end - start
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = min(max(0, base + offset), self._length)
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        self._stream.seek(self._start + self._at)
        data = self._stream.read(min(len(view), self._length - self._at))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def split(files: Iterable[FoundFile], *, item_bytes: int = ITEM_BYTES) -> list[WorkItem]:
    """Cut the work into items of about `item_bytes`; every byte of every file is in exactly one.

    JSONL, WARC and WARC.gz (one member a record, as the standard asks) above twice `item_bytes` are cut
    between records; everything else stays whole. A file that cannot be read now becomes an item as it is,
    and its task says why. What comes out depends on the files alone, not on the machine.
    """
    items: list[WorkItem] = []
    small: list[FoundFile] = []
    for file in files:
        parts = _cut(file, item_bytes) if file.size > 2 * item_bytes else []
        if len(parts) > 1:
            items += [_item((file,), part.end - part.start, part) for part in parts]
        elif file.size >= item_bytes:
            items.append(_item((file,), file.size))
        else:
            small.append(file)
    most = max(1, min(ITEM_FILES, len(small) // FEWEST_ITEMS))
    batch: list[FoundFile] = []
    size = 0
    for file in small:
        if batch and (len(batch) >= most or size + file.size > item_bytes):
            items.append(_item(tuple(batch), size))
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        items.append(_item(tuple(batch), size))
    return items


def _item(files: tuple[FoundFile, ...], cost: int, part: Part | None = None) -> WorkItem:
    identity = [[file.source_ref, file.size, file.mtime_ns] for file in files]
    text = json.dumps([identity, None if part is None else [part.start, part.end]])
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return WorkItem(key=key, cost=cost, files=files, part=part)


def _cut(file: FoundFile, item_bytes: int) -> list[Part]:
    """Parts of a big file, or none when it is of a kind that cannot be cut."""
    try:
        with open_file(file) as stream:
            head = stream.read(_HEAD_BYTES)
            stream.seek(0)
            if head.startswith(b"WARC/"):
                return _group(_warc_starts(stream, file.size), file.size, item_bytes, Format.WARC)
            if head.startswith(b"\x1f\x8b"):
                if not _inflate_head(head).startswith(b"WARC/"):
                    return []
                return _group(_gzip_warc_starts(stream), file.size, item_bytes, Format.WARC, is_gzip=True)
            if _is_jsonl(head):
                return list(_cut_lines(stream, file.size, item_bytes))
    except (OSError, zlib.error):
        pass  # whole, and its task finds the same error and rejects it
    return []


def _is_jsonl(head: bytes) -> bool:
    """Tell JSON Lines by its first two lines: a whole object on one of them."""
    lines = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 2)
    if len(lines) == 1 or not lines[0].startswith(b"{"):
        # a first line longer than the head; were it one long JSON object, there would be nowhere to cut
        return len(head) == _HEAD_BYTES and lines[0].startswith(b'{"')
    return _is_object(lines[0]) or (len(lines) == 3 and _is_object(lines[1]))  # one of them may be broken


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _cut_lines(stream: BinaryIO, size: int, item_bytes: int) -> Iterator[Part]:
    start, line = 0, 1
    while start < size:
        end = _next_object(stream, start + item_bytes, size) if size - start > item_bytes else size
        yield Part(format=Format.JSONL, start=start, end=end, first_record=line)
        line += _count_newlines(stream, start, end)
        start = end


def _next_object(stream: BinaryIO, offset: int, size: int) -> int:
    """Find the next line that is a whole object: a part must look like JSON Lines where it begins."""
    stream.seek(offset - 1)
    _skip_line(stream)
    while (at := stream.tell()) < size:
        line = stream.readline(_CHUNK)
        if line.startswith(b"{") and _is_object(line):
            return at
        if not line.endswith(b"\n"):
            _skip_line(stream)
    return size


def _skip_line(stream: BinaryIO) -> None:
    while (piece := stream.readline(_CHUNK)) and not piece.endswith(b"\n"):
        pass  # a line may be longer than memory


def _count_newlines(stream: BinaryIO, start: int, end: int) -> int:
    stream.seek(start)
    left, count = end - start, 0
    while left and (chunk := stream.read(min(_CHUNK, left))):
        left -= len(chunk)
        count += chunk.count(b"\n")
    return count


def _group(
    starts: Iterable[int], size: int, item_bytes: int, kind: Format, *, is_gzip: bool = False
) -> list[Part]:
    """Join records into parts; `starts` ends with -1 when the file does not keep to one rule."""
    parts: list[Part] = []
    begin, first = 0, 1
    for number, start in enumerate(starts, 1):
        if start < 0:
            return []
        if start - begin >= item_bytes:
            parts.append(Part(format=kind, start=begin, end=start, first_record=first, is_gzip=is_gzip))
            begin, first = start, number
    parts.append(Part(format=kind, start=begin, end=size, first_record=first, is_gzip=is_gzip))
    return parts


def _warc_starts(stream: BinaryIO, size: int) -> Iterator[int]:
    """Offsets of the records, by their stated lengths, not by what their content looks like."""
    at = 0
    while at < size:
        stream.seek(at)
        length = _record_length(stream.read(_HEAD_BYTES))
        if length is None:
            yield -1
            return
        yield at
        at += length
    if at > size:
        return  # the last record is cut short: its part's reader says so


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
    return zlib.decompressobj(wbits=31).decompress(head, _HEAD_BYTES)


class _Member:
    """One gzip member while it is inflated: its length and its first bytes."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=31)
        self.head = b""
        self.length = 0

    def feed(self, data: bytes) -> bytes | None:
        """Take bytes; None while the member goes on, else what follows it. Bounded memory, bombs included."""
        while True:
            out = self._inflater.decompress(data, 4 * _CHUNK)
            self.head += out[: _HEAD_BYTES - len(self.head)]
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
    while chunk := stream.read(_CHUNK):
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
