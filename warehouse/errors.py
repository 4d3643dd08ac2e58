"""What can go wrong in the warehouse, as one tree; each message is one line a person can act on.

WarehouseError
├── Busy            another process holds the working file
├── Damaged         a file is there and cannot be trusted
├── DiskFull        no room; nothing was lost
├── HomeUnusable    the home cannot be created or written
├── NewerSchema     the working file was written by a newer newsfold
├── NotPublished    there is no published file yet
├── CheckFailed     a data check found rows; the load was rolled back
├── BadQuery        SQL that is wrong, or not allowed
└── NotFound
    ├── UnknownStory
    └── UnknownArticle
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class WarehouseError(Exception):
    """Base of everything the warehouse raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the working file, as far as it is known."""

    pid: int | None = None
    host: str | None = None
    since: str | None = None  # UTC, ISO 8601
    command: str | None = None

    def describe(self) -> str:
        """Say it in words."""
        parts = [self.command or "another program"]
        if self.pid is not None:
            parts.append(f"process {self.pid}" + (f" on {self.host}" if self.host else ""))
        if self.since:
            parts.append(f"since {self.since}")
        return ", ".join(parts)


class Busy(WarehouseError):
    """Another process holds the working file; `holder` says who."""

    def __init__(self, path: Path, holder: Holder) -> None:
        super().__init__(f"{path} is held by {holder.describe()}")
        self.path = path
        self.holder = holder


REBUILD = "see `newsfold check --deep`; `newsfold recover INPUTS` rebuilds it from the published file"
REPUBLISH = "`newsfold maintain` writes the published file anew from the working file"


class Damaged(WarehouseError):
    """A file of the home cannot be read or contradicts its own records; `remedy` says what to do."""

    def __init__(self, message: str, *, remedy: str = REBUILD) -> None:
        super().__init__(message)
        self.remedy = remedy


class DiskFull(WarehouseError):
    """The disk has no room; the transaction was rolled back."""


class HomeUnusable(WarehouseError):
    """The home folder cannot be created, read or written."""


class NewerSchema(WarehouseError):
    """The working file has a schema that this version does not know."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the warehouse has schema {found}, this newsfold knows schemas up to {known}: install a newer newsfold"
        )
        self.found = found
        self.known = known


class NotPublished(WarehouseError):
    """Nothing was published in this home yet."""


class CheckFailed(WarehouseError):
    """A data check returned rows. `rows` holds the first few."""

    def __init__(self, check: str, promise: str, rows: Sequence[tuple[object, ...]]) -> None:
        super().__init__(
            f"check {check} failed, so nothing was loaded; broken promise: {promise} First: {rows[0]!r}"
        )
        self.check = check
        self.promise = promise
        self.rows = tuple(rows)


class BadQuery(WarehouseError):
    """A query that cannot be run, with the reason in one line."""


class NotFound(WarehouseError):
    """Nothing has the id asked for."""


class UnknownStory(NotFound):
    """No story has this id."""


class UnknownArticle(NotFound):
    """No article has this id, external id or URL."""
