"""What one item of cleaning is, and the rows of its result file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from flows.intake.split import WorkItem
from transforms.cleaning.agency_credits import Agencies
from transforms.readers.read_options import ReadOptions
from transforms.text.ids import document_id
from transforms.types import Rejection
from warehouse.batch_schemas import article_schema, rejection_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningItem:
    """One item of cleaning: the files to read, how to read them, the time of the run, and the agencies to recognise."""

    work: WorkItem
    options: ReadOptions
    now: datetime  # UTC, naive: what counts as a date in the future
    agencies: Agencies | None = None  # None: the shipped ones

    @property
    def key(self) -> str:
        """Return the name of the item's result file."""
        return self.work.key

    @property
    def cost(self) -> int:
        """Return an estimate of the work, in bytes."""
        return self.work.cost


def rejection_row(rejection: Rejection) -> dict[str, object]:
    """Return a rejection as a row of `rejection_schema`; its document_id is a hash of source_ref and SHA-256."""
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
    """Return the columns of a result file: those of articles, of rejections, file_ref, seconds.

    A row with a disposition is a rejection. `file_ref` is the source_ref of the file that the document is in, `seconds`
    the time of reading and cleaning it.
    """
    extra = [field for field in rejection_schema() if field.name not in article_schema().names]
    own = [("file_ref", pa.string()), ("seconds", pa.float64())]
    return pa.schema([*article_schema(), *extra, *own])
