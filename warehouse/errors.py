"""Every error that newsfold raises on purpose: one tree, in which each class carries its exit code and its remedy.

NewsfoldError               exit code  raised when
├── WarehouseError                  2
│   ├── Busy                        3  another process holds the working file
│   ├── Damaged                     4  a file cannot be trusted
│   ├── CheckFailed                 4  a data check found rows; the load was rolled back
│   ├── StorageFailed               5  the file system refused a read or a write
│   │   └── DiskFull                5  no room; nothing was lost
│   ├── HomeUnusable                2  the home cannot be created or written
│   ├── NewerSchema                 2  the working file was written by a newer newsfold
│   ├── NotPublished                2  there is no published file yet
│   ├── BadQuery                    2  SQL that is wrong, or not allowed
│   └── NotFound                    2  nothing has the id asked for
│       ├── UnknownStory
│       └── UnknownArticle
├── MissingExtra                    2  an extra is not installed
└── of flows: InvalidRequestError 2, SettingsError 2, MissingPathError 2, ChecksFailedError 4, EngineError 5,
    ServiceError 5, ServeError 2 (each where it is raised)

Errors of other libraries are turned into these by their class: the engine's in `connection.engine_errors`, all others
in `flows.errors`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

CORRECT_IT = "correct what the line names"  # the advice where the message says it all
KEPT = "What was committed before stays, and the next run goes on from there."


class ExitCode(IntEnum):
    """The exit codes of commands, from DONE (0) to INTERRUPTED (130); docs/operations.md has the table for people."""

    DONE = 0
    REJECTED = 1  # documents were rejected under --strict
    USAGE = 2  # wrong usage: the same again fails again
    BUSY = 3  # another run holds the warehouse
    DAMAGED = 4  # damaged warehouse, failed check or breached quality gate: a person has to look
    MACHINE = 5  # the machine or a service failed and may recover
    DEFECT = 70  # a mistake in newsfold itself (EX_SOFTWARE of sysexits.h)
    INTERRUPTED = 130  # ended by Ctrl-C, as shells give it: 128 and the number of SIGINT


class NewsfoldError(Exception):
    """Base of all errors that newsfold raises on purpose, with exit code, meaning and advice; str() is one line."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE
    can_pass: ClassVar[bool] = False  # waiting may mend it, so a scheduled run is tried again
    meaning: str = "Nothing was begun."
    advice: str = CORRECT_IT


class MissingExtra(NewsfoldError):
    """What was asked for needs packages of an extra that is not installed."""

    def __init__(self, wanted: str, extra: str, package: str) -> None:
        super().__init__(f"{wanted} needs the package {package}, which is not installed")
        self.advice = f'install it: pip install "newsfold[{extra}]"'


def require(package: str, *, wanted: str, extra: str) -> None:
    """Raise MissingExtra where a package of an extra is not installed; nothing is imported.

    `package` is the name that is imported, without a dot; `wanted` the setting or feature that the message begins with
    ("publish_delta_to"); `extra` the extra of newsfold that installs it.
    """
    if find_spec(package) is None:
        raise MissingExtra(wanted, extra, package)


class WarehouseError(NewsfoldError):
    """Base of all errors that the package `warehouse` raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has a file open or locked: process id, host, since when (text), command; None where not known."""

    pid: int | None = None
    host: str | None = None
    since: str | None = None  # UTC, ISO 8601
    command: str | None = None

    def describe(self) -> str:
        """Return the holder in words: command (else "another program"), process, host and since when, where known."""
        parts = [self.command or "another program"]
        if self.pid is not None:
            parts.append(f"process {self.pid}" + (f" on {self.host}" if self.host else ""))
        if self.since:
            parts.append(f"since {self.since}")
        return ", ".join(parts)


class Busy(WarehouseError):
    """Another process holds the working file; `holder` says who."""

    exit_code = ExitCode.BUSY
    can_pass = True
    meaning = "Another process held the warehouse the whole time, so nothing was begun."
    advice = (
        "try again later, or raise wait_seconds; after a long run nothing, since the next one reads what this one "
        "would have"
    )

    def __init__(self, path: Path, holder: Holder) -> None:
        super().__init__(f"{path} is held by {holder.describe()}")
        self.path = path
        self.holder = holder


REBUILD = "see `newsfold check --deep`; `newsfold recover INPUTS` rebuilds it from the published file"
REPUBLISH = "`newsfold maintain` writes the published file anew from the working file"


class Damaged(WarehouseError):
    """A file of the home cannot be read or contradicts its own records; `advice` says how to repair that file."""

    exit_code = ExitCode.DAMAGED
    meaning = "Nothing more is written before somebody has looked."

    def __init__(self, message: str, *, advice: str = REBUILD) -> None:
        super().__init__(message)
        self.advice = advice


class StorageFailed(WarehouseError):
    """The file system refused a read or a write (exit code 5); the transaction was rolled back."""

    exit_code = ExitCode.MACHINE
    can_pass = True
    meaning = f"The batch at hand was rolled back. {KEPT}"
    advice = "see `newsfold doctor` and the system's log of the disk; run again"


class DiskFull(StorageFailed):
    """The disk has no room; the transaction was rolled back."""

    advice = "make room and run again"


class HomeUnusable(WarehouseError):
    """The home folder cannot be created, read or written."""

    advice = "give the folder to the user who runs newsfold, or choose another with --home"


class NewerSchema(WarehouseError):
    """The working file has a schema that this version does not know."""

    advice = "install a newer newsfold"

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"the warehouse has schema {found}, this newsfold knows schemas up to {known}")
        self.found = found
        self.known = known


class NotPublished(WarehouseError):
    """Nothing was published in this home yet."""

    advice = "run `newsfold ingest PATH`"


class CheckFailed(WarehouseError):
    """A data check returned rows; `rows` holds the first few, at least one."""

    exit_code = ExitCode.DAMAGED
    meaning = f"A data check failed, so the batch was rolled back. {KEPT}"
    advice = "report this line; see `newsfold check`"

    def __init__(self, check: str, rule: str, rows: Sequence[tuple[object, ...]]) -> None:
        super().__init__(f"data check {check} failed: {rule} First offending row: {rows[0]!r}")
        self.check = check
        self.rule = rule
        self.rows = tuple(rows)


class BadQuery(WarehouseError):
    """A query that cannot be run, with the reason in one line."""

    meaning = "Nothing was changed."
    advice = "correct the query; docs/warehouse.md has the tables"


class NotFound(WarehouseError):
    """No story, article or decision has the id asked for."""

    meaning = "Nothing was changed."


class UnknownStory(NotFound):
    """No story has this id."""

    advice = "see `newsfold stories`"


class UnknownArticle(NotFound):
    """No article has this id, external id or URL."""

    advice = "see `newsfold show STORY` for the articles of a story"
