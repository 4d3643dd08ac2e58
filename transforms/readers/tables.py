"""Rows of CSV and Parquet to documents, for tables that come inside archives or alone; columns are found by name."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator

from transforms.encoding import decode
from transforms.readers.charsets import as_utf8
from transforms.readers.documents import Items, Source, reject
from transforms.readers.fields import record_to_document
from transforms.readers.sniff import HEAD_BYTES, delimiter_of
from transforms.readers.streams import CHUNK, Refusal, Window, one_line
from transforms.types import Format, Reason

BATCH_ROWS = 256  # rows of Parquet in Python at once: long articles make 256 of them a few MB
MAX_ROW_GROUP_BYTES = (
    512 << 20
)  # one column is unpacked whole; what some writers call a row group is the whole file


def read_csv(source: Source) -> Items:
    """Read delimited rows; the first row names the columns. `#n` counts data rows from 1, as tables do."""
    window = as_utf8(source.window)
    head = decode(window.peek(HEAD_BYTES))
    csv.field_size_limit(
        source.options.max_document_bytes
    )  # of the whole process; its default refuses long articles
    lines = _lines(window, head.encoding, source.options.max_document_bytes)
    rows = csv.reader(lines, delimiter=delimiter_of(head.text.split("\n", 1)[0]))
    names = [name.strip().removeprefix("\ufeff") for name in next(rows, [])]
    number = 0
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


def read_parquet(source: Source) -> Items:
    """Read a Parquet file in small batches of rows; `#n` counts rows from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = source.seekable("Parquet file inside an archive")
    number = 0
    try:
        table = pq.ParquetFile(file, pre_buffer=False)
        groups = range(table.num_row_groups)
        heaviest = max((table.metadata.row_group(group).total_byte_size for group in groups), default=0)
        if heaviest > MAX_ROW_GROUP_BYTES:
            raise Refusal(
                Reason.TOO_LARGE, f"a row group of {heaviest} bytes would have to be unpacked whole"
            )
        for batch in table.iter_batches(batch_size=BATCH_ROWS):
            for row in batch.to_pylist():
                number += 1
                ref = f"{source.ref}#{number}"
                yield record_to_document(row, ref, Format.PARQUET, source.options.field_map)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Refusal(Reason.BAD_RECORD, one_line(f"damaged Parquet file: {error}")) from error
    if not number:
        yield reject(source.ref, Format.PARQUET, Reason.EMPTY, "a table without rows")
