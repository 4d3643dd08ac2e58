"""Attempts at a run that failed before the ledger could be written: noted beside it, taken in by the next run."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.file_modes import as_open_as
from warehouse.runs import new_run_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ATTEMPTS_NAME = "attempts.jsonl"
MOST_ATTEMPTS = 10_000  # a schedule that fails every minute fills this in a week; the first ones say why


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A run that failed before the ledger (the table `runs`) could be written: command, time, message."""

    run_id: str
    command: str
    started_at: datetime  # UTC
    message: str


def note_attempt(home: Path, *, command: str, message: str, now: datetime) -> None:
    """Append a failed attempt as one JSON line to `attempts.jsonl` of the home; neither lock nor database is needed.

    `now` is UTC, naive. Nothing is written where the home is no folder or holds MOST_ATTEMPTS (10,000) notes; an
    OSError while writing is ignored. The line is one write at the end of the file, so two processes do not mix
    theirs; it begins a new line where the last one was cut off.
    """
    if not home.is_dir() or len(read_attempts(home)) >= MOST_ATTEMPTS:
        return
    line = json.dumps(
        {"run_id": new_run_id(now), "command": command, "started_at": now.isoformat(), "message": message}
    )
    with suppress(OSError), as_open_as(home), (home / ATTEMPTS_NAME).open("ab+") as out:
        is_whole = out.tell() == 0 or (out.seek(-1, os.SEEK_END), out.read())[1] == b"\n"
        out.write((line if is_whole else "\n" + line).encode() + b"\n")


def read_attempts(home: Path) -> list[Attempt]:
    """Return the noted attempts that are not in the ledger yet, in the order noted.

    Empty where there is no note file, or it cannot be read; a line that is cut off or lacks a field is left out.
    """
    found = []
    with suppress(OSError):
        for line in (home / ATTEMPTS_NAME).read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, KeyError, TypeError):
                said = json.loads(line)
                found.append(
                    Attempt(
                        run_id=str(said["run_id"]),
                        command=str(said["command"]),
                        started_at=datetime.fromisoformat(said["started_at"]),
                        message=str(said["message"]),
                    )
                )
    return found


def record_attempts(con: DuckDBPyConnection, home: Path) -> int:
    """Insert noted attempts into the table `runs` as failed runs, delete their notes, and return how many were noted.

    Call it with the home's lock held and outside a transaction: each row commits by itself. Should the process be
    killed in between, the notes are read again; a run_id that the table has is not inserted twice, but counts in the
    result.
    """
    attempts = read_attempts(home)
    for each in attempts:
        con.execute(
            "INSERT INTO runs "
            "(run_id, started_at, finished_at, status, pid, host, command, settings, versions, message) "
            "SELECT $run_id, $at, $at, 'failed', 0, '', $command, '{}', '{}', $message "
            "WHERE $run_id NOT IN (SELECT run_id FROM runs)",
            {"run_id": each.run_id, "at": each.started_at, "command": each.command, "message": each.message},
        )
    (home / ATTEMPTS_NAME).unlink(missing_ok=True)
    return len(attempts)
