"""Data checks: SQL files that return the rows which break a rule, and pass when there are none."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import CheckFailed
from warehouse.sql_files import Statement, statement, statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN_ROWS = 20  # offending rows kept of each check: enough to see the pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of one data check; `rows` holds at most SHOWN_ROWS (20) offending rows, as the check returns them."""

    name: str
    rule: str  # what it holds, as a sentence
    rows: tuple[tuple[object, ...], ...]  # offending rows, the first few
    seconds: float

    @property
    def passes(self) -> bool:
        """Return whether no row breaks the rule."""
        return not self.rows

    def describe(self) -> str:
        """Return the result as one line: `ok` and the rule, or `FAILED`, the rule, the check's name and its findings.

        The findings are the texts of the rows where each row is one text; else the number of rows (`or more` at
        SHOWN_ROWS) and the first one.
        """
        if self.passes:
            return f"ok      {self.rule}"
        if all(len(row) == 1 and isinstance(row[0], str) for row in self.rows):  # said in words
            return f"FAILED  {self.rule} ({self.name}: {'; '.join(str(row[0]) for row in self.rows)})"
        more = " or more" if len(self.rows) == SHOWN_ROWS else ""
        return f"FAILED  {self.rule} ({self.name}: {len(self.rows)}{more} rows, first {self.rows[0]!r})"


def run_checks(con: DuckDBPyConnection, *, deep: bool = False) -> list[CheckResult]:
    """Run every check over all that is stored and return the results by file name; those of `deep` come last.

    `deep` adds the costly checks of what is derived from articles. A check that fails is a result, not an error.
    Creates temporary views; nothing stored changes.
    """
    _look_at(con, None)
    chosen = statements("checks") + (statements("checks/deep") if deep else ())
    return [_run(con, check) for check in chosen]


def enforce_checks(con: DuckDBPyConnection, run_id: str | None = None) -> list[CheckResult]:
    """Run the checks, without the deep ones, in the caller's transaction; raise CheckFailed at the first that fails.

    Returns the results by file name, all passing. With a run id the checks cover what that run wrote, whatever shares
    an article or story with it, and the totals, so the cost follows what is new; without one, everything. Damage that
    shows neither in the run's rows nor in totals is left to `run_checks`. The caller rolls back.
    """
    _look_at(con, run_id)
    results = []
    for check in statements("checks"):
        result = _run(con, check)
        if not result.passes:
            raise CheckFailed(result.name, result.rule, result.rows)
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
    # one statement: a relation and its limit are each planned before the rows are asked for
    rows = con.execute(f"SELECT * FROM (\n{check.sql}\n) LIMIT {SHOWN_ROWS}").fetchall()  # noqa: S608 - our own files
    return CheckResult(
        name=check.name, rule=check.comment, rows=tuple(rows), seconds=time.perf_counter() - started
    )
