"""Items of cleaning and their results, as whoever hands out the work sees them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.discover import FoundFile
from flows.split import WorkItem
from transforms.agencies import Agencies
from transforms.ids import document_id
from transforms.langmodel import keep_model, language_model
from transforms.readers.options import ReadOptions
from transforms.types import Format, Reason, Rejection
from warehouse.batches import article_schema, rejection_schema

if TYPE_CHECKING:
    from flows.engine import Outcome
    from flows.worker import Progress

# What a worker does before its first document, so that no document pays for it.
PREPARATION = ("flows.cleaning:prepare",)


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


def prepare() -> None:
    """Make a worker ready: get the language model beside the imports, which take half a second each."""
    keep_model(import_module("flows.unpacked").find_model)
    threading.Thread(target=language_model, name="newsfold-language-model", daemon=True).start()
    import_module("flows.cleaner")


def clean_item(item: CleaningItem, out: Path, progress: Progress) -> None:
    """Read and clean every document of an item into an Arrow stream at `out`, one row a document."""
    from flows.cleaner import write_rows  # here, since only workers need readers, extractors and their tables

    write_rows(item, out, progress)


def collect(items: Sequence[CleaningItem], outcomes: Sequence[Outcome]) -> Cleaned:
    """Read the results of items back; an item that was given up becomes one rejection for each of its files."""
    tables: list[pa.Table] = []
    given_up: list[dict[str, object]] = []
    schema = result_schema()
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


def result_schema() -> pa.Schema:
    """Columns of a result file: those of articles and of rejections, the file each came in, and its seconds."""
    extra = [field for field in rejection_schema() if field.name not in article_schema().names]
    return pa.schema([*article_schema(), *extra, ("file_ref", pa.string()), ("seconds", pa.float64())])


def _given_up(file: FoundFile, outcome: Outcome) -> dict[str, object]:
    rejection = Rejection(
        source_ref=file.source_ref,
        format=Format.UNKNOWN,
        reason=getattr(outcome, "reason", Reason.CRASHED),
        detail=getattr(outcome, "detail", ""),
        size=file.size,
    )
    return rejection_row(rejection) | {"file_ref": file.source_ref}
