"""A stretch of a file that one worker reads, and the stream that shows it alone."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from transforms.readers.read_options import ReadOptions
from transforms.types import Format

if TYPE_CHECKING:
    from typing_extensions import Buffer  # collections.abc has it from Python 3.12


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSlice:
    """A range of one file, cut between two records, that one worker reads.

    `start` and `end` are byte offsets in the file, or in what it decompresses to; `first_record` is the number of its
    first record in the file, from 1, and `records` how many to read (None: all up to `end`). `header_end` is the number
    of bytes at the file's start that every slice needs (the names of CSV columns); `cost` estimates the work in bytes.
    """

    format: Format
    start: int  # byte offset in the file, or in what it decompresses to
    end: int
    first_record: int  # number of its first record (line of JSONL, row of a table, record of a WARC), from 1
    # how many, which bytes do not show: rows of Parquet, whose slices share the file
    records: int | None = None
    cost: int = 0  # bytes of work, where they are not those from start to end
    header_end: int = 0  # bytes at the start of the file that every slice needs: the names of CSV columns
    is_gzip: bool = False
    decompressed: str = ""  # where the file lies decompressed, when offsets are those of its content

    def options(self, options: ReadOptions) -> ReadOptions:
        """Return the reading options for this slice, given those of the file: first record, number of records, format.

        The format is left out for a gzip slice, which shows it by itself.
        """
        return replace(
            options,
            first_record=self.first_record,
            max_records=self.records,
            known_format=None if self.is_gzip else self.format,
        )


class SliceStream(io.BufferedReader):
    """A slice of a file as a seekable stream, after the header of the file. Closing it does not close the file."""

    def __init__(self, stream: BinaryIO, file_slice: FileSlice) -> None:
        super().__init__(_Stretches(stream, ((0, file_slice.header_end), (file_slice.start, file_slice.end))))


class _Stretches(io.RawIOBase):
    def __init__(self, stream: BinaryIO, stretches: tuple[tuple[int, int], ...]) -> None:
        self._stream = stream
        self._stretches = tuple((start, end) for start, end in stretches if start < end)
        self._length = sum(end - start for start, end in self._stretches)
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
        passed = 0
        for start, end in self._stretches:
            if self._at < passed + end - start:
                offset = start + self._at - passed
                self._stream.seek(offset)
                data = self._stream.read(min(len(view), end - offset))
                view[: len(data)] = data
                self._at += len(data)
                return len(data)
            passed += end - start
        return 0
