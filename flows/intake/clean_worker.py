"""The work of one cleaning process: files in, one Arrow file of articles and rejections out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from flows.engine.worker import Loss, Progress
from flows.intake.buckets import failure_of
from flows.intake.cleaning_items import CleaningItem, rejection_row, result_schema
from flows.intake.decompressed_copies import open_decompressed
from flows.intake.discover import FoundFile, open_file, refuse
from flows.intake.file_slices import SliceStream
from flows.intake.language_model_cache import shared_model
from transforms.cleaning.digest_splitting import clean_items
from transforms.readers import read
from transforms.readers.read_options import ReadOptions
from transforms.text.encoding import drop_unprintable
from transforms.types import Article, Format, RawDocument, Rejection
from warehouse.batch_schemas import article_row

# Rows gathered before they are written: bounds a worker's memory, results do not depend on it.
_ROWS_AT_ONCE = 500
_READING = "{} (reading)"


def write_rows(item: CleaningItem, out: Path, progress: Progress) -> None:
    """Read and clean the files of an item into an Arrow stream at `out` (`result_schema`), in their order.

    A row for each article or rejection: a document that gathers several items has a row for each, a file that cannot be
    read is a rejection. Each document is announced twice to `progress`: for reading (a loss there leaves out the rest
    of its file) and for cleaning (a loss there costs that document alone). Raises OSError where `out` cannot be
    written, and the errors of readers and cleaner.
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
            for part, result in _results(document, item, progress):
                row = (
                    rejection_row(result)
                    if isinstance(result, Rejection)
                    else article_row(result, format=str(part.format), sha256=part.sha256, size=part.size)
                )
                yield _printable(row) | {"file_ref": file.source_ref, "seconds": time.perf_counter() - began}
                began = time.perf_counter()


def _results(
    document: RawDocument | Rejection, item: CleaningItem, progress: Progress
) -> Sequence[tuple[RawDocument | Rejection, Article | Rejection]]:
    """Clean a document; one that gathers several items gives as many results."""
    if isinstance(document, Rejection):
        return [(document, document)]
    if loss := progress.begin(document.source_ref):
        return [(document, _lost(document, loss))]
    return clean_items(document, now=item.now, agencies=item.agencies, load_model=shared_model)


_LINES = ("text", "lead", "standfirst", "detail")  # columns in which a line may end


def _printable(row: dict[str, object]) -> dict[str, object]:
    """Take control and direction characters out of every text of a row: the one edge that foreign text comes in by."""
    for name, value in row.items():
        if not value:  # as most columns of most rows
            continue
        if isinstance(value, str):
            if value.isprintable() and value.isascii():  # ids, addresses and labels
                continue
            printable = drop_unprintable(value)
            row[name] = printable if name in _LINES else printable.replace("\n", " ")
        elif isinstance(value, (list, tuple)):
            row[name] = [drop_unprintable(one) if isinstance(one, str) else one for one in value]
    return row


def _documents(item: CleaningItem, file: FoundFile, progress: Progress) -> Iterator[RawDocument | Rejection]:
    file_slice = item.work.file_slice
    try:
        stream = (
            open_decompressed(file_slice.decompressed)
            if file_slice and file_slice.decompressed
            else open_file(file)
        )
    except OSError as error:
        yield refuse(file.source_ref, error, file.size)
        return
    with stream:
        source, options = _slice(item, stream)
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
            if file.is_object and (failure := failure_of(stream)) is not None:
                # what the reader made of the break (an end, damage) is not what the object holds
                yield refuse(file.source_ref, failure, file.size)
                return
            if document is None:
                return
            yield document


def _slice(item: CleaningItem, stream: BinaryIO) -> tuple[BinaryIO, ReadOptions]:
    file_slice = item.work.file_slice
    return (
        (stream, item.options)
        if file_slice is None
        else (SliceStream(stream, file_slice), file_slice.options(item.options))
    )


def _lost(document: RawDocument, loss: Loss) -> Rejection:
    return Rejection(
        source_ref=document.source_ref,
        format=document.format,
        reason=loss.reason,
        detail=loss.detail,
        sha256=document.sha256,
        size=document.size,
    )
