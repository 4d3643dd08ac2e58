"""Data checks: SQL files that return the rows which break a promise, and pass when there are none."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import CheckFailed
from warehouse.statements import Statement, statement, statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN_ROWS = 20  # offending rows kept of each check: enough to see the pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check found."""

    name: str
    promise: str  # in words
    rows: tuple[tuple[object, ...], ...]  # offending rows, the first few
    seconds: float

    @property
    def is_kept(self) -> bool:
        """Whether the promise holds."""
        return not self.rows

    def describe(self) -> str:
        """Say the result in one line."""
        if self.is_kept:
            return f"ok      {self.promise}"
        if all(len(row) == 1 and isinstance(row[0], str) for row in self.rows):  # said in words
            return f"BROKEN  {self.promise} ({self.name}: {'; '.join(str(row[0]) for row in self.rows)})"
        more = " or more" if len(self.rows) == SHOWN_ROWS else ""
        return f"BROKEN  {self.promise} ({self.name}: {len(self.rows)}{more} rows, first {self.rows[0]!r})"


def run_checks(con: DuckDBPyConnection, *, deep: bool = False) -> list[CheckResult]:
    """Run the checks over all that is stored; `deep` adds the costly ones over what is derived from the articles."""
    _look_at(con, None)
    chosen = statements("checks") + (statements("checks/deep") if deep else ())
    return [_run(con, check) for check in chosen]


def enforce_checks(con: DuckDBPyConnection, run_id: str | None = None) -> list[CheckResult]:
    """Run the checks inside the caller's transaction; raise CheckFailed on the first broken promise.

    With a run they look at what that run wrote and whatever touches it, and at the totals: the cost follows what is
    new. What a run breaks without a trace of its own in rows or totals is left to the full checks of maintenance.
    """
    _look_at(con, run_id)
    results = []
    for check in statements("checks"):
        result = _run(con, check)
        if not result.is_kept:
            raise CheckFailed(result.name, result.promise, result.rows)
        results.append(result)
    return results


def _look_at(con: DuckDBPyConnection, run_id: str | None) -> None:
    if run_id is None:
        con.execute(statement("scope", "everything").sql)
    else:
        con.execute("CREATE OR REPLACE TEMP TABLE seen_run AS SELECT ? AS run_id", [run_id])
        con.execute(statement("scope", "run").sql)


def _run(con: DuckDBPyConnection, check: Statement) -> CheckResult:
    started = time.perf_counter()
    rows = con.sql(check.sql).limit(SHOWN_ROWS).fetchall()
    return CheckResult(
        name=check.name, promise=check.promise, rows=tuple(rows), seconds=time.perf_counter() - started
    )
