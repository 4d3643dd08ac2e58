"""Cleaning as the engine runs it: what a worker prepares, the task of one item, and the results read back."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.engine.protocol import Failed, Outcome
from flows.intake.cleaning_items import CleaningItem, rejection_row, result_schema
from flows.intake.discover import FoundFile
from transforms.types import Disposition, Format, Rejection
from warehouse.batch_schemas import article_schema, rejection_schema

if TYPE_CHECKING:
    from flows.engine.worker import Progress

# What a worker does before its first document, so that no document pays for it.
PREPARATION = ("flows.intake.cleaning:prepare",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """The results of several items: Arrow tables of articles and rejections, and figures by file.

    The tables have the columns of `article_schema` and `rejection_schema`. `documents` counts documents and `formats`
    has the format, both by source_ref of the file; `unread` are source_refs of files that a service stopped giving,
    which the next run reads again; `seconds` are those of reading and cleaning, by outlet, or folder where none is
    known.
    """

    articles: pa.Table
    rejections: pa.Table
    documents: Mapping[str, int]  # source_ref of the file → documents
    formats: Mapping[str, str]
    unread: frozenset[
        str
    ]  # source_refs of files that a service stopped giving: the next run reads them again
    seconds: Mapping[str, float]  # of reading and cleaning, by outlet, or by folder where no outlet is known

    @property
    def count(self) -> int:
        """Return the number of articles and rejections."""
        return int(self.articles.num_rows + self.rejections.num_rows)


# They log each flaw of a page or PDF that they meet, which the reason of a rejection says once.
_REPORTED_AS_REASONS = ("trafilatura", "htmldate", "pypdf")


def prepare() -> None:
    """Make a worker ready: begin to load the language model in a thread, and import `clean_worker` beside it.

    Silences the loggers of the extractors, whose complaints are reasons of rejections. Does not wait for the model.
    """
    for library in _REPORTED_AS_REASONS:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    shared_model = import_module("flows.intake.language_model_cache").shared_model
    threading.Thread(target=shared_model, name="newsfold-language-model", daemon=True).start()
    import_module("flows.intake.clean_worker")


def clean_item(item: CleaningItem, out: Path, progress: Progress) -> None:
    """Do the cleaning task of one item: read and clean its files into an Arrow stream at `out` (see `write_rows`)."""
    from flows.intake.clean_worker import (
        write_rows,  # here, since only workers need readers, extractors and their tables
    )

    write_rows(item, out, progress)


def collect(items: Sequence[CleaningItem], outcomes: Sequence[Outcome]) -> Cleaned:
    """Read the result files of items back as one batch; `outcomes` are those of `items`, in the same order.

    A Failed item becomes one rejection for each of its files. Of a file with documents of several formats, `formats`
    has the last by name. No items give empty tables. Raises OSError where a result file cannot be read, ValueError
    where the two differ in number.
    """
    tables: list[pa.Table] = []
    given_up: list[dict[str, object]] = []
    schema = result_schema()
    for item, outcome in zip(items, outcomes, strict=True):
        if isinstance(outcome, Failed):
            given_up += [_given_up(file, outcome) for file in item.work.files]
            continue
        with pa.memory_map(str(outcome.path)) as source:
            tables.append(pa.ipc.open_stream(source).read_all())
    given_up_rows = pa.Table.from_pylist(given_up, schema=schema)
    rows = pa.concat_tables([*tables, given_up_rows], promote_options="default")
    # grouped here and not by Arrow, which would import its engine and file systems for that
    refs = rows.column("file_ref").to_pylist()
    formats: dict[str, str] = {}
    for ref, name in zip(refs, rows.column("format").to_pylist(), strict=True):
        formats[ref] = max(name, formats.get(ref, ""))
    is_rejected = pa.compute.is_valid(rows.column("disposition"))
    return Cleaned(
        articles=rows.filter(pa.compute.invert(is_rejected)).select(article_schema().names),
        rejections=rows.filter(is_rejected).select(rejection_schema().names),
        documents=Counter(refs),
        formats=formats,
        unread=_unread(rows),
        seconds=_seconds_by_source(rows),
    )


def _unread(rows: pa.Table) -> frozenset[str]:
    is_deferred = pa.compute.equal(rows.column("disposition"), str(Disposition.DEFERRED))
    return frozenset(rows.filter(is_deferred).column("file_ref").to_pylist())


def _seconds_by_source(rows: pa.Table) -> dict[str, float]:
    spent: defaultdict[str, float] = defaultdict(float)
    for row in rows.select(["publisher", "file_ref", "seconds"]).to_pylist():
        source = row["publisher"] or str(Path(row["file_ref"]).parent)
        spent[source] += row["seconds"] or 0.0
    return dict(spent)


def _given_up(file: FoundFile, outcome: Failed) -> dict[str, object]:
    rejection = Rejection(
        source_ref=file.source_ref,
        format=Format.UNKNOWN,
        reason=outcome.reason,
        detail=outcome.detail,
        size=file.size,
    )
    return rejection_row(rejection) | {"file_ref": file.source_ref}
