"""Rows of CSV and Parquet to documents, for tables that come inside archives or alone; columns are found by name."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from transforms.readers.arrow_values import batch_rows
from transforms.readers.byte_streams import CHUNK, StopReading, Window, one_line
from transforms.readers.charsets import as_utf8
from transforms.readers.csv_headers import below_separator, delimiter_of
from transforms.readers.csv_rows import RowReader
from transforms.readers.documents import Items, Source, item_or_rejection, reject, skip
from transforms.readers.field_table import field_table, meanings_of, plain_name
from transforms.readers.read_options import ReadOptions
from transforms.readers.record_fields import record_to_document
from transforms.readers.sniff import HEAD_BYTES
from transforms.text.encoding import decode
from transforms.types import Format, Reason

if TYPE_CHECKING:
    import pyarrow.parquet as pq

LONGEST_NAME = 200  # characters of a column's name: what is longer is a text
_ADDRESS = re.compile(r"https?://\S")
BATCH_ROWS = 256  # rows of Parquet in Python at once: long articles make 256 of them a few MB
MAX_ROW_GROUP_BYTES = (
    512 << 20
)  # one column is decompressed whole; what some writers call a row group is the whole file


def read_csv(source: Source) -> Items:
    """Yield the rows of a delimited table in order; the first row names the columns.

    References end in `#n`, which counts data rows, but no empty ones, from `first_record`. A damaged row is rejected
    alone, names of columns once more are skipped, a short row keeps the columns it has. A table without rows, or
    whose first row holds an article, is one rejection. Sets csv's limit of a field for the whole process. Raises
    StopReading for a line of more than `max_document_bytes` characters and for a stream that fails.
    """
    window = as_utf8(source.window)
    head = decode(_whole_lines(window))
    encoding = "utf-8" if source.options.known_format is Format.CSV else head.encoding
    limit = source.options.max_document_bytes
    csv.field_size_limit(limit)  # of the whole process; its default refuses long articles
    rows = RowReader(_lines(window, encoding, limit), delimiter_of(_header_line(head.text)), limit)
    names = rows.header()
    if any(_ADDRESS.match(name) or len(name) > LONGEST_NAME for name in names):
        detail = "the first row holds an article, and no names of columns"
        yield reject(source.ref, Format.CSV, Reason.BAD_RECORD, detail)
        return
    number = source.options.first_record - 1
    for row in rows:
        if row.cells == []:
            continue
        number += 1
        ref = f"{source.ref}#{number}"
        if len(names) > 1 and row.cells == names:
            yield skip(ref, Format.CSV, "the names of the columns again, as joined tables have them")
            continue
        if row.cells is None:
            yield reject(ref, Format.CSV, Reason.BAD_RECORD, f"row {number}: {row.damage}")
            continue
        record = dict(zip(names, row.cells, strict=False))  # a short row keeps the columns it has
        make = partial(record_to_document, record, ref, Format.CSV, source.options)
        yield item_or_rejection(make, ref, Format.CSV)
    if not number:
        yield reject(source.ref, Format.CSV, Reason.EMPTY, "a table without rows")


def _header_line(text: str) -> str:
    """Return the line that names the columns."""
    return below_separator(text).partition("\n")[0]


@dataclass(frozen=True, slots=True)
class CsvSplitPoint:
    """A place between two rows of a CSV file: its byte offset, and the number of the row that follows."""

    offset: int  # in bytes
    first_row: int  # number of the row that follows, as `read_csv` counts


def csv_split_points(
    stream: BinaryIO, slice_bytes: int, longest_row: int = ReadOptions().max_document_bytes
) -> list[CsvSplitPoint]:
    """Return the places, in order, where CSV can be cut into slices of at least `slice_bytes`, from its header on.

    The first is the end of the header, each further one at least `slice_bytes` behind the one before; the last slice
    may be shorter. The stream, at its beginning, is read to its end and not closed; csv's limit of a field is set for
    the whole process. Rows are found by the same reader as later, since only that knows which line ends lie within a
    row. [] for a file that is empty, not UTF-8 throughout, or has lines of `longest_row` bytes or quotation marks
    that do not match: how such rows are read depends on the rows before them. Nothing raises.
    """
    window = Window(stream.read)
    if as_utf8(window) is not window:
        return []
    head = decode(_whole_lines(window))
    if head.encoding != "utf-8" or "\n" not in head.text:
        return []
    csv.field_size_limit(longest_row)
    lines = _CountedLines(window, longest_row)
    rows = RowReader(lines, delimiter_of(_header_line(head.text)), longest_row)
    points: list[CsvSplitPoint] = []
    number = 1
    try:
        if not rows.header():
            return []
        points.append(CsvSplitPoint(lines.end_of(rows.consumed), number))
        for row in rows:
            if rows.has_damage:
                return []
            number += row.cells != []
            if (end := lines.end_of(rows.consumed)) - points[-1].offset >= slice_bytes:
                points.append(CsvSplitPoint(end, number))
    except (UnicodeDecodeError, StopReading):
        return []
    if len(points) > 1 and points[-1].offset >= lines.end:
        points.pop()  # nothing follows it
    return points


class _CountedLines(Iterator[str]):
    """Lines in UTF-8, and where in the stream the last one given ends. Raises for other bytes and endless lines."""

    def __init__(self, window: Window, limit: int) -> None:
        self._window = window
        self._limit = limit
        self.end = self._last = window.tell()
        self._ends: deque[int] = deque()  # ends of lines that no row took up so far
        self._passed = 0  # lines before those

    def end_of(self, count: int) -> int:
        """Return the byte offset at the end of the first `count` lines read.

        Call it with growing `count`, at most the number of lines read so far.
        """
        while self._passed < count:
            self._last = self._ends.popleft()
            self._passed += 1
        return self._last

    def __next__(self) -> str:
        line = self._window.readline(self._limit)
        if not line:
            raise StopIteration
        if len(line) == self._limit:
            raise StopReading(Reason.TOO_LARGE, "a line too long")
        self.end = self._window.tell()
        self._ends.append(self.end)
        return line.decode("utf-8")


def _whole_lines(window: Window) -> bytes:
    """Look at the beginning, and not at half a character at its end."""
    head = window.peek(HEAD_BYTES)
    return head[: head.rfind(b"\n") + 1] or head


def _lines(window: Window, encoding: str, limit: int) -> Iterator[str]:
    """Return decoded lines; a lone carriage return ends a line where no line feed does, as old exports have it."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    old_ends = b"\n" not in window.peek(HEAD_BYTES)
    pending = ""
    while data := window.read(CHUNK):
        text = decoder.decode(data)
        *whole, pending = (pending + (text.replace("\r", "\n") if old_ends else text)).split("\n")
        for line in whole:
            yield line + "\n"
        if len(pending) > limit:
            raise StopReading(Reason.TOO_LARGE, f"a row is longer than {limit} characters")
    if pending:
        yield pending


def parquet_groups(stream: BinaryIO) -> list[tuple[int, int]]:
    """Return the number of rows and the decompressed bytes of each row group, in the file's order.

    [] for a damaged file, and for one with a row group above 512 MiB. `stream` has to be seekable; nothing closes it.
    """
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
    """Yield the rows of a Parquet file in order: `max_records` of them, or all, from `first_record`.

    References end in `#n`, the number of the row in the file from 1. Only columns that may mean something are read,
    all where none does. A table without rows is one rejection. Raises StopReading for a damaged file, for a row group
    above 512 MiB, and for a file in an archive above `max_buffered_bytes`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = source.seekable("Parquet file inside an archive")
    first, count = source.options.first_record, source.options.max_records
    try:
        table = pq.ParquetFile(file, pre_buffer=False, coerce_int96_timestamp_unit="us")
        weights = [table.metadata.row_group(group).total_byte_size for group in range(table.num_row_groups)]
        if weights and max(weights) > MAX_ROW_GROUP_BYTES:
            raise StopReading(
                Reason.TOO_LARGE, f"a row group of {max(weights)} bytes would have to be decompressed whole"
            )
        last = table.metadata.num_rows if count is None else first + count - 1
        columns = _needed_columns(table.schema_arrow.names, source.options.field_map)
        for number, row in _rows(table, columns, first, last):
            ref = f"{source.ref}#{number}"
            make = partial(record_to_document, row, ref, Format.PARQUET, source.options)
            yield item_or_rejection(make, ref, Format.PARQUET)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise StopReading(Reason.BAD_RECORD, one_line(f"damaged Parquet file: {error}")) from error
    if not table.metadata.num_rows:
        yield reject(source.ref, Format.PARQUET, Reason.EMPTY, "a table without rows")


def _rows(
    table: pq.ParquetFile, columns: list[str] | None, first: int, last: int
) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the rows from number `first` to `last`; row groups that hold none of them are not decompressed."""
    number = 1
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        if number + rows <= first or number > last:
            number += rows
            continue
        for batch in table.iter_batches(batch_size=BATCH_ROWS, row_groups=[group], columns=columns):
            begin, end = max(first, number), min(last, number + batch.num_rows - 1)
            if begin <= end:
                yield from enumerate(batch_rows(batch.slice(begin - number, end - begin + 1)), begin)
            number += batch.num_rows
            if number > last:
                return


def _needed_columns(names: list[str], field_map: Mapping[str, str]) -> list[str] | None:
    """Choose the columns that may mean something to us; None (all of them) where no name is known."""
    mapped = set(field_map.values()) | {theirs.split(".")[0] for theirs in field_map.values()}
    envelopes = field_table().envelopes
    needed = [name for name in names if name in mapped or meanings_of(name) or plain_name(name) in envelopes]
    return needed or None
