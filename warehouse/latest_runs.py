"""The latest runs and the sums over all of them, from the working file or, without waiting, the published one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from warehouse.connection import open_published, peek_working, working_path
from warehouse.errors import NotPublished, WarehouseError
from warehouse.failed_attempts import Attempt, read_attempts
from warehouse.published_queries import list_runs
from warehouse.sql_files import rows_by_name, statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.row_types import RunRow, Totals

Answer = TypeVar("Answer")


def latest_runs(home: Path, *, limit: int = 20) -> list[RunRow]:
    """Return at most `limit` runs, the latest first, with failed ones and attempts that failed before they began.

    Read from the working file, which has them at once; where it is missing, in use, damaged or not readable for this
    user, from the published file, which has them from the publication after them. Raises NotPublished where neither
    file nor an attempt exists, and the errors of `open_published` (Damaged, HomeUnusable, Busy).
    """
    attempts = [_as_run(each) for each in read_attempts(home)]
    try:
        recorded = _recorded_runs(home, limit)
    except NotPublished:
        if not attempts:
            raise
        recorded = []
    known = {run.run_id for run in recorded}
    both = [*recorded, *(each for each in attempts if each.run_id not in known)]
    return sorted(both, key=lambda run: run.run_id, reverse=True)[:limit]


def read_totals(home: Path) -> Totals:
    """Return the sums over all runs of a home, for monitoring; noted attempts count as failed runs.

    An attempt (a run that failed before the ledger could be written) counts once, also where a process died after it
    was inserted into the ledger and before its note was deleted. Read from the same file as `latest_runs`, with the
    same errors.
    """
    from warehouse.row_types import Totals

    attempts = read_attempts(home)
    try:
        row, known = _ask(home, lambda con: _recorded_totals(con, attempts))
        attempts = [each for each in attempts if each.run_id not in known]
    except NotPublished:
        if not attempts:
            raise
        row = {field.name: None for field in fields(Totals)} | {"articles": 0, "stories": 0}
    for name in ("runs", "documents", "stage_seconds"):
        row[name] = dict(row[name] or {})
    if attempts:
        row["runs"]["failed"] = row["runs"].get("failed", 0) + len(attempts)
        last = max(each.started_at for each in attempts).replace(tzinfo=UTC).timestamp()
        row["last_run_at"] = max(last, row["last_run_at"] or 0.0)
    return Totals(**row)


def _recorded_totals(con: DuckDBPyConnection, attempts: Sequence[Attempt]) -> tuple[dict[str, Any], set[str]]:
    """Return the sums of the ledger, and the ids of those attempts that it has taken in."""
    known = con.execute(
        "SELECT run_id FROM runs WHERE list_contains(?, run_id)", [[each.run_id for each in attempts]]
    ).fetchall()
    return rows_by_name(con, statement("metrics", "totals").sql, {})[0], {run_id for (run_id,) in known}


def _recorded_runs(home: Path, limit: int) -> list[RunRow]:
    return _ask(home, lambda con: list_runs(con, limit=limit))


def _ask(home: Path, question: Callable[[DuckDBPyConnection], Answer]) -> Answer:
    """Ask the working file, which knows of every run at once, or else the published one."""
    if working_path(home).exists():
        with suppress(WarehouseError), peek_working(home, purpose="newsfold runs") as con:
            return question(con)
    con = open_published(home)
    try:
        return question(con)
    finally:
        con.close()


def _as_run(attempt: Attempt) -> RunRow:
    """Return an attempt as a failed run that did nothing."""
    from warehouse.row_types import RunRow

    said = {
        "run_id": attempt.run_id,
        "status": "failed",
        "started_at": attempt.started_at,
        "finished_at": attempt.started_at,
        "command": attempt.command,
        "host": "",
        "pid": 0,
        "message": attempt.message,
    }
    empty: dict[str, Any] = dict.fromkeys(field.name for field in fields(RunRow))
    return RunRow(**(empty | said))
