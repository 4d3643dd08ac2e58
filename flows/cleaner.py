"""The work of one cleaning process: files in, one Arrow file of articles and rejections out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from flows.cleaning import CleaningItem, rejection_row, result_schema
from flows.discover import FoundFile, open_file, refuse
from flows.parts import PartStream
from flows.unpacking import open_unpacked
from flows.worker import Loss, Progress
from transforms.clean import clean
from transforms.readers import read
from transforms.readers.options import ReadOptions
from transforms.types import Article, Format, RawDocument, Rejection
from warehouse.batches import article_row

# Rows gathered before they are written: bounds a worker's memory, results do not depend on it.
_ROWS_AT_ONCE = 500
_READING = "{} (reading)"


def write_rows(item: CleaningItem, out: Path, progress: Progress) -> None:
    """Read and clean every document of an item into an Arrow stream at `out`, one row a document.

    Each document is entered twice with `progress`: for reading (a loss there gives up the rest of its file) and for
    cleaning (a loss there costs that document alone).
    """
    schema = result_schema()
    with pa.OSFile(str(out), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        rows: list[dict[str, object]] = []
        for row in _rows(item, progress):
            rows.append(row)
            if len(rows) >= _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows.clear()
        progress.end()
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _rows(item: CleaningItem, progress: Progress) -> Iterator[dict[str, object]]:
    for file in item.work.files:
        began = time.perf_counter()
        for document in _documents(item, file, progress):
            if isinstance(document, Rejection):
                result: Article | Rejection = document
            else:
                loss = progress.begin(document.source_ref)
                result = (
                    _lost(document, loss) if loss else clean(document, now=item.now, agencies=item.agencies)
                )
            row = (
                rejection_row(result)
                if isinstance(result, Rejection)
                else article_row(
                    result, format=str(document.format), sha256=document.sha256, size=document.size
                )
            )
            yield row | {"file_ref": file.source_ref, "seconds": time.perf_counter() - began}
            began = time.perf_counter()


def _documents(item: CleaningItem, file: FoundFile, progress: Progress) -> Iterator[RawDocument | Rejection]:
    part = item.work.part
    try:
        stream = open_unpacked(part.unpacked) if part and part.unpacked else open_file(file)
    except OSError as error:
        yield refuse(file.source_ref, error, file.size)
        return
    with stream:
        source, options = _part(item, stream)
        documents = read(source, file.source_ref, options)
        while True:
            loss = progress.begin(_READING.format(file.source_ref))
            if loss is not None:
                yield Rejection(
                    source_ref=file.source_ref,
                    format=Format.UNKNOWN,
                    reason=loss.reason,
                    detail=f"while reading: {loss.detail}",
                    size=file.size,
                )
                return
            try:
                document = next(documents, None)
            except OSError as error:  # the file went away, or its disk failed, under the reader
                yield refuse(file.source_ref, error, file.size)
                return
            if document is None:
                return
            yield document


def _part(item: CleaningItem, stream: BinaryIO) -> tuple[BinaryIO, ReadOptions]:
    part = item.work.part
    return (stream, item.options) if part is None else (PartStream(stream, part), part.options(item.options))


def _lost(document: RawDocument, loss: Loss) -> Rejection:
    return Rejection(
        source_ref=document.source_ref,
        format=document.format,
        reason=loss.reason,
        detail=loss.detail,
        sha256=document.sha256,
        size=document.size,
    )
