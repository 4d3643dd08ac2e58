"""Publish: the working tables in, one immutable file that people query out, put in place in one step."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connection import engine_errors, history_path, published_path, spool_path
from warehouse.statements import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONTRACT_VERSION = "1"  # of the published tables: another one means that the file is written anew
# The oldest format that has what we need; clients of 1.5 and later open it.
STORAGE_VERSION = "v1.5.0"
KEEP_PUBLISHED = 3  # older files kept beside the current one: enough to look back, at the price of their size

# In this order: the later ones read the earlier ones as published.
TABLES = (
    "stories",
    "articles",
    "article_versions",
    "story_articles",
    "links",
    "story_events",
    "story_redirects",
    "documents",
    "runs",
    "_search",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A file that was published."""

    path: Path
    bytes: int
    rows_written: int


def publish(con: DuckDBPyConnection, home: Path, *, now: datetime, keep: int = KEEP_PUBLISHED) -> Publication:
    """Write what the working file says into a new file and put it in place of the published one.

    Call it outside a transaction. Readers of the old file keep it until they open again; a crash at any point leaves
    either the old or the new file in place.
    """
    fresh = spool_path(home) / "publishing.duckdb"
    _remove(fresh)
    with engine_errors():
        _attach(con, fresh)
        try:
            rows = _write_all(con)
            _finish(con, now)
        finally:
            con.execute("DETACH pub")
    _sync(fresh)
    _put_in_place(home, fresh, keep)
    return Publication(
        path=published_path(home), bytes=published_path(home).stat().st_size, rows_written=rows
    )


def _attach(con: DuckDBPyConnection, path: Path) -> None:
    # ATTACH takes no parameters; a quote in the path is doubled as SQL wants it
    quoted = str(path).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS pub (STORAGE_VERSION '{STORAGE_VERSION}')")


def _write_all(con: DuckDBPyConnection) -> int:
    """Make the tables and fill them; return the rows written."""
    home_schema = con.sql("SELECT current_database()").fetchall()[0][0]
    con.execute("USE pub")
    try:
        con.execute(statement("publish", "schema").sql)
        con.execute(statement("publish", "macros").sql)
    finally:
        con.execute(f'USE "{home_schema}"')
    rows = 0
    for table in TABLES:
        # `table` is one of TABLES
        written = con.execute(f"INSERT INTO pub.{table} BY NAME {statement('publish/rows', table).sql}")
        rows += written.fetchall()[0][0]
    return rows


def _finish(con: DuckDBPyConnection, now: datetime) -> None:
    con.execute("DELETE FROM pub._about")
    con.execute(
        statement("publish", "about").sql,
        {
            "contract": CONTRACT_VERSION,
            "version": own_version(),
            "now": now,
            "serial": f"{now:%Y%m%dT%H%M%S%f}",
        },
    )


def own_version() -> str:
    """Return the version of newsfold; `unknown` when it runs without having been installed."""
    try:
        return version("newsfold")
    except PackageNotFoundError:
        return "unknown"


def _put_in_place(home: Path, fresh: Path, keep: int) -> None:
    current = published_path(home)
    if current.exists() and keep > 0:
        older = history_path(home) / f"news-{current.stat().st_mtime_ns:020d}.duckdb"
        if not older.exists():
            os.link(current, older)
    fresh.replace(current)
    _sync(home)
    olds = sorted(history_path(home).glob("news-*.duckdb"))
    for path in olds[: max(0, len(olds) - keep)]:
        _remove(path)


def _sync(path: Path) -> None:
    """Have a file or folder on disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
