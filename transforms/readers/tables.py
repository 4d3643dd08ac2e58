"""Rows of CSV and Parquet to documents, for tables that come inside archives or alone; columns are found by name."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from transforms.encoding import decode
from transforms.readers.charsets import as_utf8
from transforms.readers.documents import Items, Source, reject
from transforms.readers.fields import record_to_document
from transforms.readers.options import ReadOptions
from transforms.readers.sniff import HEAD_BYTES, delimiter_of
from transforms.readers.streams import CHUNK, Refusal, Window, one_line
from transforms.types import Format, Reason

if TYPE_CHECKING:
    import pyarrow.parquet as pq

BATCH_ROWS = 256  # rows of Parquet in Python at once: long articles make 256 of them a few MB
MAX_ROW_GROUP_BYTES = (
    512 << 20
)  # one column is unpacked whole; what some writers call a row group is the whole file


def read_csv(source: Source) -> Items:
    """Read delimited rows; the first row names the columns. `#n` counts data rows from 1, as tables do."""
    window = as_utf8(source.window)
    head = decode(_whole_lines(window))
    encoding = "utf-8" if source.options.known_format is Format.CSV else head.encoding
    csv.field_size_limit(
        source.options.max_document_bytes
    )  # of the whole process; its default refuses long articles
    lines = _lines(window, encoding, source.options.max_document_bytes)
    rows = csv.reader(lines, delimiter=delimiter_of(head.text.split("\n", 1)[0]))
    names = [name.strip().removeprefix("\ufeff") for name in next(rows, [])]
    number = source.options.first_record - 1
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            number += 1
            ref = f"{source.ref}#{number}"
            yield reject(ref, Format.CSV, Reason.BAD_RECORD, f"row {number}: {error}")
            continue
        if row is None:
            break
        if row:
            number += 1
            record = dict(zip(names, row, strict=False))  # a short or long row keeps the columns it has
            yield record_to_document(record, f"{source.ref}#{number}", Format.CSV, source.options.field_map)
    if not number:
        yield reject(source.ref, Format.CSV, Reason.EMPTY, "a table without rows")


@dataclass(frozen=True, slots=True)
class CsvCut:
    """A place between two rows of a CSV file."""

    offset: int  # in bytes
    first_row: int  # number of the row that follows, as `read_csv` counts


def csv_cuts(
    stream: BinaryIO, part_bytes: int, longest_row: int = ReadOptions().max_document_bytes
) -> list[CsvCut]:
    """Find places at which a CSV file can be cut into parts of some `part_bytes`; the first is behind its header.

    The rows are told apart by the same reader as later, since only that knows which line ends lie within a row. None
    are given for a file that is not UTF-8 throughout, or has rows too long to hold.
    """
    window = Window(stream.read)
    if as_utf8(window) is not window:
        return []
    head = decode(_whole_lines(window))
    if head.encoding != "utf-8" or "\n" not in head.text:
        return []
    csv.field_size_limit(longest_row)
    lines = _CountedLines(window, longest_row)
    rows = csv.reader(lines, delimiter=delimiter_of(head.text.split("\n", 1)[0]))
    cuts: list[CsvCut] = []
    number = 1
    try:
        if not next(rows, None):
            return []
        cuts.append(CsvCut(lines.end, number))
        while True:
            try:
                row = next(rows, None)
            except csv.Error:
                row = ["damaged"]  # a row that is rejected counts as one
            if row is None:
                break
            number += bool(row)
            if lines.end - cuts[-1].offset >= part_bytes:
                cuts.append(CsvCut(lines.end, number))
    except (UnicodeDecodeError, Refusal):
        return []
    if len(cuts) > 1 and cuts[-1].offset >= lines.end:
        cuts.pop()  # nothing follows it
    return cuts


class _CountedLines(Iterator[str]):
    """Lines in UTF-8, and where in the stream the last one given ends. Raises for other bytes and endless lines."""

    def __init__(self, window: Window, limit: int) -> None:
        self._window = window
        self._limit = limit
        self.end = window.tell()

    def __next__(self) -> str:
        line = self._window.readline(self._limit)
        if not line:
            raise StopIteration
        if len(line) == self._limit:
            raise Refusal(Reason.TOO_LARGE, "a line too long")
        self.end = self._window.tell()
        return line.decode("utf-8")


def _whole_lines(window: Window) -> bytes:
    """Look at the beginning, and not at half a character at its end."""
    head = window.peek(HEAD_BYTES)
    return head[: head.rfind(b"\n") + 1] or head


def _lines(window: Window, encoding: str, limit: int) -> Iterator[str]:
    """Give decoded lines; a lone carriage return ends a line where no line feed does, as old exports have it."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    old_ends = b"\n" not in window.peek(HEAD_BYTES)
    pending = ""
    while data := window.read(CHUNK):
        text = decoder.decode(data)
        *whole, pending = (pending + (text.replace("\r", "\n") if old_ends else text)).split("\n")
        for line in whole:
            yield line + "\n"
        if len(pending) > limit:
            raise Refusal(Reason.TOO_LARGE, f"a row is longer than {limit} characters")
    if pending:
        yield pending


def parquet_groups(stream: BinaryIO) -> list[tuple[int, int]]:
    """Give the rows and the unpacked bytes of each row group; none of a file that is damaged or too large to unpack."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.ParquetFile(stream, pre_buffer=False).metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        found = [(group.num_rows, group.total_byte_size) for group in groups]
    except (pa.ArrowException, OSError):
        return []
    return found if max((weight for _, weight in found), default=0) <= MAX_ROW_GROUP_BYTES else []


def read_parquet(source: Source) -> Items:
    """Read a Parquet file in small batches of rows; `#n` counts rows from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = source.seekable("Parquet file inside an archive")
    first, count = source.options.first_record, source.options.max_records
    try:
        table = pq.ParquetFile(file, pre_buffer=False)
        weights = [table.metadata.row_group(group).total_byte_size for group in range(table.num_row_groups)]
        if weights and max(weights) > MAX_ROW_GROUP_BYTES:
            raise Refusal(
                Reason.TOO_LARGE, f"a row group of {max(weights)} bytes would have to be unpacked whole"
            )
        last = table.metadata.num_rows if count is None else first + count - 1
        for number, row in _rows(table, first, last):
            ref = f"{source.ref}#{number}"
            yield record_to_document(row, ref, Format.PARQUET, source.options.field_map)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Refusal(Reason.BAD_RECORD, one_line(f"damaged Parquet file: {error}")) from error
    if not table.metadata.num_rows:
        yield reject(source.ref, Format.PARQUET, Reason.EMPTY, "a table without rows")


def _rows(table: pq.ParquetFile, first: int, last: int) -> Iterator[tuple[int, dict[str, object]]]:
    """Give the rows from number `first` to `last`; row groups that hold none of them are not unpacked."""
    number = 1
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        if number + rows <= first or number > last:
            number += rows
            continue
        for batch in table.iter_batches(batch_size=BATCH_ROWS, row_groups=[group]):
            begin, end = max(first, number), min(last, number + batch.num_rows - 1)
            if begin <= end:
                yield from enumerate(batch.slice(begin - number, end - begin + 1).to_pylist(), begin)
            number += batch.num_rows
            if number > last:
                return
