"""The work of one cleaning process: files in, one Arrow file of articles and rejections out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from flows.discover import FoundFile, open_file, refuse
from flows.parts import PartStream
from flows.split import WorkItem
from flows.unpacking import open_unpacked
from flows.worker import Loss, Progress
from transforms.agencies import Agencies
from transforms.clean import clean
from transforms.ids import document_id
from transforms.readers import read
from transforms.readers.options import ReadOptions
from transforms.types import Article, Format, RawDocument, Reason, Rejection
from warehouse.batches import article_row, article_schema, rejection_schema

if TYPE_CHECKING:
    from flows.engine import Outcome

# Rows gathered before they are written: bounds a worker's memory, results do not depend on it.
_ROWS_AT_ONCE = 500
_READING = "{} (reading)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningItem:
    """A work item with all that its cleaning depends on."""

    work: WorkItem
    options: ReadOptions
    now: datetime  # UTC, naive: what counts as a date in the future
    agencies: Agencies | None = None  # None: the shipped ones

    @property
    def key(self) -> str:
        """Name the result file."""
        return self.work.key

    @property
    def cost(self) -> int:
        """Estimate the work, in bytes."""
        return self.work.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """The outcome of some items: batches for the warehouse, and how many documents each file held."""

    articles: pa.Table
    rejections: pa.Table
    documents: Mapping[str, int]  # source_ref of the file → documents
    formats: Mapping[str, str]
    seconds: Mapping[str, float]  # of reading and cleaning, by outlet, or by folder where no outlet is known

    @property
    def count(self) -> int:
        """Documents in all."""
        return int(self.articles.num_rows + self.rejections.num_rows)


def clean_item(item: CleaningItem, out: Path, progress: Progress) -> None:
    """Read and clean every document of an item into an Arrow stream at `out`, one row a document.

    Each document is entered twice with `progress`: for reading (a loss there gives up the rest of its file) and for
    cleaning (a loss there costs that document alone).
    """
    schema = _result_schema()
    with pa.OSFile(str(out), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        rows: list[dict[str, object]] = []
        for row in _rows(item, progress):
            rows.append(row)
            if len(rows) >= _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows.clear()
        progress.end()
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def collect(items: Sequence[CleaningItem], outcomes: Sequence[Outcome]) -> Cleaned:
    """Read the results of items back; an item that was given up becomes one rejection for each of its files."""
    tables: list[pa.Table] = []
    given_up: list[dict[str, object]] = []
    schema = _result_schema()
    for item, outcome in zip(items, outcomes, strict=True):
        path = getattr(outcome, "path", None)
        if path is None:
            given_up += [_given_up(file, outcome) for file in item.work.files]
            continue
        with pa.memory_map(str(path)) as source:
            tables.append(pa.ipc.open_stream(source).read_all())
    given_up_rows = pa.Table.from_pylist(given_up, schema=schema)
    rows = pa.concat_tables([*tables, given_up_rows], promote_options="default")
    counts = pa.TableGroupBy(rows, "file_ref").aggregate([([], "count_all"), ("format", "max")])
    refused = pa.compute.is_valid(rows.column("disposition"))
    return Cleaned(
        articles=rows.filter(pa.compute.invert(refused)).select(article_schema().names),
        rejections=rows.filter(refused).select(rejection_schema().names),
        documents=dict(
            zip(counts.column("file_ref").to_pylist(), counts.column("count_all").to_pylist(), strict=True)
        ),
        formats=dict(
            zip(counts.column("file_ref").to_pylist(), counts.column("format_max").to_pylist(), strict=True)
        ),
        seconds=_seconds_by_source(rows),
    )


def _seconds_by_source(rows: pa.Table) -> dict[str, float]:
    spent: defaultdict[str, float] = defaultdict(float)
    told = pa.TableGroupBy(rows, ["publisher", "file_ref"]).aggregate([("seconds", "sum")])
    for row in told.to_pylist():
        source = row["publisher"] or str(Path(row["file_ref"]).parent)
        spent[source] += row["seconds_sum"] or 0.0
    return dict(spent)


def rejection_row(rejection: Rejection) -> dict[str, object]:
    """Flatten a rejection into a row of the warehouse's rejection batch."""
    return {
        "document_id": document_id(rejection.source_ref, rejection.sha256),
        "source_ref": rejection.source_ref,
        "format": str(rejection.format),
        "sha256": rejection.sha256,
        "bytes": rejection.size,
        "disposition": str(rejection.disposition),
        "reason": str(rejection.reason),
        "detail": rejection.detail,
    }


def _result_schema() -> pa.Schema:
    extra = [field for field in rejection_schema() if field.name not in article_schema().names]
    return pa.schema([*article_schema(), *extra, ("file_ref", pa.string()), ("seconds", pa.float64())])


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


def _given_up(file: FoundFile, outcome: Outcome) -> dict[str, object]:
    rejection = Rejection(
        source_ref=file.source_ref,
        format=Format.UNKNOWN,
        reason=getattr(outcome, "reason", Reason.CRASHED),
        detail=getattr(outcome, "detail", ""),
        size=file.size,
    )
    return rejection_row(rejection) | {"file_ref": file.source_ref}
