"""Find damage and get over it: verify every file of a home, rebuild the working file from the published one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import warehouse.connection as door
from warehouse.checks import run_checks
from warehouse.errors import Damaged, NotPublished, WarehouseError
from warehouse.locks import hold
from warehouse.manifest import losses, read_manifest, take_manifest
from warehouse.statements import statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def verify(home: Path, *, wait_seconds: float = 0.0) -> list[str]:
    """Read every block of the working and the published file, run every check; return what is wrong, in words."""
    told = read_manifest(home)
    problems: list[str] = []
    try:
        with door.open_working(home, wait_seconds=wait_seconds, purpose="check --deep") as con:
            if told is not None:
                problems += losses(told, take_manifest(con))
            problems += _unreadable(con)
            problems += [check.describe() for check in run_checks(con, deep=True) if not check.is_kept]
    except Damaged as error:
        problems.append(str(error))
    try:
        published = door.open_published(home)
    except NotPublished:
        return problems
    except WarehouseError as error:
        return [*problems, f"published file: {error}"]
    try:
        problems += [f"published file: {line}" for line in _unreadable(published)]
    finally:
        published.close()
    return problems


def recover(home: Path, *, now: datetime, wait_seconds: float = 0.0) -> Path:
    """Set the working file aside and rebuild it from the published one; return where the old one lies.

    What is derived from the texts (signatures, bands, profiles, keys) is left to the next fold over everything, and
    files are not known any more, so ingesting the inputs again finds what came after the last publication.
    """
    source = _newest_readable(
        [door.published_path(home), *sorted(door.history_path(home).glob("*.duckdb"), reverse=True)]
    )
    aside = home / f"damaged-{now:%Y%m%dT%H%M%S}.duckdb"
    with hold(home, wait_seconds=wait_seconds, purpose="recover"):
        old = door.working_path(home)
        for path, target in (
            (old, aside),
            (old.with_name(old.name + ".wal"), aside.with_name(aside.name + ".wal")),
        ):
            if path.exists():
                path.replace(target)
        (home / "manifest.json").unlink(missing_ok=True)
    with door.open_working(home, wait_seconds=wait_seconds, purpose="recover") as con:
        quoted = str(source).replace("'", "''")
        con.execute(f"ATTACH '{quoted}' AS pub (READ_ONLY)")
        try:
            with door.transaction(con):
                for step in statements("recover"):
                    values = {"run_id": "recovered"} if "$run_id" in step.sql else {}
                    con.execute(step.sql, values)
        finally:
            con.execute("DETACH pub")
    return aside


def _newest_readable(candidates: Iterable[Path]) -> Path:
    for path in candidates:
        if not path.exists():
            continue
        try:
            con = door.open_sealed(path)
        except WarehouseError:
            continue
        try:
            if not list(_unreadable(con)):
                return path
        finally:
            con.close()
    raise NotPublished(
        "no published file can be read, so there is nothing to recover from: ingest into a new home"
    )


def _unreadable(con: DuckDBPyConnection) -> list[str]:
    """Read every column of every table, so that the engine compares the checksum of every block."""
    import duckdb

    problems = []
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
    ).fetchall()
    for (table,) in tables:
        try:
            con.table(table).aggregate("bit_xor(hash(COLUMNS(*)))").fetchall()
        except duckdb.Error as error:
            problems.append(f"table {table} cannot be read: {str(error).splitlines()[0]}")
    return problems
