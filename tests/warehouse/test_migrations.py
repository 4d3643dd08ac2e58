"""Migrations: forward only, each all or nothing, and a file of any other schema is refused in words."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse_samples import ask, ingest, sample
from warehouse.connection import open_working
from warehouse.errors import Damaged, NewerSchema
from warehouse.migrations import Migration, applied_migrations, known_migrations, migrate


def step(version: int, sql: str) -> Migration:
    """Make one step."""
    return Migration(version=version, name=f"{version:04d}_step.sql", sql=sql)


def test_steps_are_numbered_without_a_gap() -> None:
    assert [known.version for known in known_migrations()] == list(range(1, len(known_migrations()) + 1))


def test_an_older_file_is_brought_up_and_keeps_its_rows() -> None:
    con = duckdb.connect(":memory:")  # noqa: TID251 - a scratch database, not a warehouse
    first, second = (
        step(1, "CREATE TABLE t (a INT)"),
        step(2, "ALTER TABLE t ADD COLUMN b INT; UPDATE t SET b = a + 1"),
    )
    assert migrate(con, [first]) == ["0001_step.sql"]
    con.execute("INSERT INTO t VALUES (1)")
    assert migrate(con, [first, second]) == ["0002_step.sql"]
    assert migrate(con, [first, second]) == []
    assert con.execute("FROM t").fetchall() == [(1, 2)]


def test_a_failing_step_leaves_the_file_as_it_was() -> None:
    con = duckdb.connect(":memory:")  # noqa: TID251 - a scratch database, not a warehouse
    first = step(1, "CREATE TABLE t (a INT)")
    migrate(con, [first])
    with pytest.raises(duckdb.Error):
        migrate(con, [first, step(2, "CREATE TABLE u (a INT); SELECT nonsense")])
    assert set(applied_migrations(con)) == {1}
    assert con.execute("SELECT table_name FROM duckdb_tables() WHERE table_name = 'u'").fetchall() == []


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")])
    ask(tmp_path, "INSERT INTO schema_migrations VALUES (999, '0999_later.sql', 'x', now()::TIMESTAMP)")
    with (
        pytest.raises(NewerSchema, match="schema 999"),
        open_working(tmp_path, purpose="run"),
    ):
        pass


def test_a_step_other_than_the_one_applied_is_refused(tmp_path: Path) -> None:
    ask(tmp_path, "UPDATE schema_migrations SET sha256 = 'x'")
    with pytest.raises(Damaged, match="0001"), open_working(tmp_path, purpose="run"):
        pass


def test_everything_in_the_working_file_says_what_it_is(tmp_path: Path) -> None:
    silent = ask(
        tmp_path,
        """SELECT table_name, column_name FROM duckdb_columns()
           WHERE database_name = 'working' AND comment IS NULL AND NOT internal
             AND table_name NOT IN (SELECT view_name FROM duckdb_views())
           UNION ALL SELECT table_name, '' FROM duckdb_tables() WHERE comment IS NULL
           UNION ALL SELECT view_name, '' FROM duckdb_views() WHERE comment IS NULL AND NOT internal""",
    )
    assert silent == []
