"""SQL files of the package: by their names, with the comment of their first lines, executed, and asked for rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL file of the package: name, text, and the comment of its first lines."""

    name: str
    comment: str
    sql: str


@cache
def statement(folder: str, name: str) -> Statement:
    """Return the file `sql/<folder>/<name>.sql`, read once in a process; raises FileNotFoundError.

    Its comment is its first lines that begin with `--`, joined by spaces; empty where there are none.
    """
    text = (files("warehouse") / "sql" / folder / f"{name}.sql").read_text(encoding="utf-8")
    comment = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    return Statement(name=name, comment=" ".join(comment), sql=text)


@cache
def statements(folder: str) -> tuple[Statement, ...]:
    """Return all `.sql` files directly in `sql/<folder>`, by name, read once in a process.

    Raises FileNotFoundError for an unknown folder.
    """
    entries = (files("warehouse") / "sql" / folder).iterdir()
    return tuple(
        statement(folder, e.name[:-4])
        for e in sorted(entries, key=lambda e: e.name)
        if e.name.endswith(".sql")
    )


def execute(con: DuckDBPyConnection, sql: str, values: Mapping[str, object]) -> None:
    """Execute the statements of an SQL text in turn, each with those of the values whose `$name` occurs in it.

    A semicolon at the end of a line separates statements. Their results are dropped, no transaction is begun, and
    DuckDB's errors are raised as they are.
    """
    for step in sql.split(";\n"):
        con.execute(step, {name: value for name, value in values.items() if f"${name}" in step})


def rows_by_name(con: DuckDBPyConnection, sql: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """Run one SQL statement and return its rows in its order, each as a dictionary by column name; empty for no rows.

    `values` has exactly the parameters that the statement names; DuckDB's errors are raised as they are.
    """
    answer = con.execute(sql, values)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
