"""Data checks: SQL files that return the rows which break a promise, and pass when there are none."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import CheckFailed
from warehouse.statements import Statement, statements

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
        more = " or more" if len(self.rows) == SHOWN_ROWS else ""
        return f"BROKEN  {self.promise} ({self.name}: {len(self.rows)}{more} rows, first {self.rows[0]!r})"


def run_checks(con: DuckDBPyConnection, *, deep: bool = False) -> list[CheckResult]:
    """Run the checks that every load runs; `deep` adds those whose cost grows with all that is stored."""
    chosen = statements("checks") + (statements("checks/deep") if deep else ())
    return [_run(con, check) for check in chosen]


def enforce_checks(con: DuckDBPyConnection) -> list[CheckResult]:
    """Run the checks inside the caller's transaction; raise CheckFailed on the first broken promise."""
    results = []
    for check in statements("checks"):
        result = _run(con, check)
        if not result.is_kept:
            raise CheckFailed(result.name, result.promise, result.rows)
        results.append(result)
    return results


def _run(con: DuckDBPyConnection, check: Statement) -> CheckResult:
    started = time.perf_counter()
    rows = con.sql(check.sql).limit(SHOWN_ROWS).fetchall()
    return CheckResult(
        name=check.name, promise=check.promise, rows=tuple(rows), seconds=time.perf_counter() - started
    )
