"""A new file is a copy of one that was made before, equal to what statements make; the cache costs time only."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.warehouse_samples import NOON, ask
from warehouse import blank_databases
from warehouse.blank_databases import begin_file
from warehouse.cache_folder import cache_folder
from warehouse.connection import open_published, open_working
from warehouse.publish import publish

CATALOG = """
SELECT 'table', table_name, sql, comment FROM duckdb_tables() WHERE NOT internal UNION ALL
SELECT 'column', table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal UNION ALL
SELECT 'view', view_name, sql, comment FROM duckdb_views() WHERE NOT internal UNION ALL
SELECT 'macro', function_name, macro_definition, comment FROM duckdb_functions() WHERE NOT internal
ORDER BY ALL
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder(blank_databases.FOLDER)


def states(home: Path) -> list[object]:
    """Publish a home with nothing in it; give all that its files hold, times of the publication excepted."""
    began = datetime.now(UTC).replace(tzinfo=None)
    with open_working(home, purpose="test") as con:
        publish(con, home, now=NOON)
        found: list[object] = list(con.execute(CATALOG).fetchall())
    for *step, applied_at in ask(home, "SELECT version, name, sha256, applied_at FROM schema_migrations"):
        found.append((*step, applied_at >= began))
    with open_published(home) as con:
        found += con.execute(CATALOG).fetchall()
        for table in ("_about", "_search_rules", "_search_characters"):
            found += con.execute(f"FROM {table} ORDER BY ALL").fetchall()
    return found


def make(path: Path, *, value: int = 1) -> None:
    with duckdb.connect(str(path)) as con:  # noqa: TID251 - a scratch database, not a warehouse
        con.execute(f"CREATE TABLE t AS SELECT {value} AS a")


def fail(path: Path) -> None:
    raise duckdb.CatalogException("no such type")


def value_in(path: Path) -> object:
    with duckdb.connect(str(path), read_only=True) as con:  # noqa: TID251 - a scratch database, not a warehouse
        return con.execute("FROM t").fetchall()[0][0]


def test_copies_hold_what_statements_make(tmp_path: Path, folder: Path) -> None:
    first = states(tmp_path / "first")
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["published", "working"]
    assert states(tmp_path / "copied") == first
    cache_folder("").rename(tmp_path / "away")
    folder.parent.write_text("in the way")
    assert states(tmp_path / "by statements") == first


def test_a_damaged_file_of_the_cache_is_made_again(tmp_path: Path, folder: Path) -> None:
    begin_file(tmp_path / "a.duckdb", "kind", [b"1"], make)
    (kept,) = folder.iterdir()
    content = kept.read_bytes()
    kept.write_bytes(content[: len(content) // 2])
    begin_file(tmp_path / "b.duckdb", "kind", [b"1"], make)
    assert value_in(tmp_path / "b.duckdb") == 1
    (again,) = folder.iterdir()
    assert again.stat().st_size == len(content)


def test_what_a_file_is_made_from_decides_which_is_copied(tmp_path: Path, folder: Path) -> None:
    for place, value in enumerate((1, 1, 2)):
        target = tmp_path / f"{place}.duckdb"
        begin_file(target, "kind", [str(value).encode()], lambda path, value=value: make(path, value=value))  # type: ignore[misc]
        assert value_in(target) == value
    assert len(list(folder.iterdir())) == 1, "what is made from older sources goes"
    begin_file(tmp_path / "x.duckdb", "kind", [b"2"], fail)
    begin_file(tmp_path / "y.duckdb", "other", [b"2"], make)
    assert len(list(folder.iterdir())) == 2


def test_statements_that_fail_are_reported(tmp_path: Path) -> None:
    with pytest.raises(duckdb.CatalogException, match="no such type"):
        begin_file(tmp_path / "a.duckdb", "kind", [b"1"], fail)
    assert not (tmp_path / "a.duckdb").exists()
