"""Named queries of the web pages and of programs on the published file: values in, rows as plain dictionaries out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.sql_files import rows_by_name, statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Rows = list[dict[str, Any]]


def ask(con: DuckDBPyConnection, name: str, **values: object) -> Rows:
    """Run the query `sql/web/<name>.sql` with these parameter values; return its rows as dictionaries, in order.

    Empty where no row fits. Raises FileNotFoundError for an unknown name; DuckDB's errors are raised as they are, as
    for a parameter without a value or a value without a parameter.
    """
    return rows_by_name(con, statement("web", name).sql, values)


def ask_one(con: DuckDBPyConnection, name: str, **values: object) -> dict[str, Any] | None:
    """Return the first row of a named query as a dictionary by column name; None where it has none (see `ask`)."""
    rows = ask(con, name, **values)
    return rows[0] if rows else None


def changes_since(con: DuckDBPyConnection, run_id: str, *, limit: int) -> dict[str, Any]:
    """Return the changes after a run ("" for all), as whole runs: `changes`, `next_since` and `is_complete`.

    Changes, by run and time, are events of stories and articles with a new current version: run_id, happened_at,
    subject (`story` or `article`), event, story_id, other_story_id, article_id. As many runs as have `limit` rows
    together, and one at least, however large. `next_since` is for the next call: the last run in the answer; where that
    is complete, the last finished run, or `run_id` where there is none.
    """
    rows = ask(con, "changes", since=run_id, limit=limit)
    newest = {row.pop("newest_run_id") for row in rows}
    is_complete = not rows or rows[-1]["run_id"] in newest
    last = ask_one(con, "last_run") if is_complete else rows[-1]
    return {"changes": rows, "next_since": last["run_id"] if last else run_id, "is_complete": is_complete}
