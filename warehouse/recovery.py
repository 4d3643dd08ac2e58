"""Find damage and get over it: verify every file of a home, rebuild the working file from the published one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import warehouse.connection as door
from warehouse.checks import CheckResult, run_checks
from warehouse.errors import REBUILD, REPUBLISH, Damaged, NotPublished, WarehouseError
from warehouse.locks import hold
from warehouse.manifest import MANIFEST_NAME
from warehouse.publish import Publication, publish, spare_path
from warehouse.statements import statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FILES = {"working_file_whole": "working file", "published_file_whole": "published file"}
REMEDIES = {"working_file_whole": REBUILD, "published_file_whole": REPUBLISH}
_WHOLE = {
    "working_file_whole": "Every block of the working file can be read, and nothing that was committed is missing.",
    "published_file_whole": "Every block of the published file can be read.",
}


def inspect(home: Path, *, wait_seconds: float = 0.0) -> list[CheckResult]:
    """Compare the working file with its manifest, read every block of both files and run every check.

    Damage is a result like any other, so that all of it is told. Raises Busy when another run holds the home.
    """
    results: list[CheckResult] = []
    try:
        with door.open_working(home, wait_seconds=wait_seconds, purpose="newsfold check --deep") as con:
            results += examine(con)
    except Damaged as error:
        results.append(_result("working_file_whole", [str(error)]))
    return [*results, *examine_published(home)]


def examine(con: DuckDBPyConnection) -> list[CheckResult]:
    """Read every block of the working file that is open, then run every check; where blocks are lost, no check."""
    blocks = _result("working_file_whole", _unreadable(con))
    return [blocks, *(run_checks(con, deep=True) if blocks.is_kept else [])]


def examine_published(home: Path) -> list[CheckResult]:
    """Read every block of the published file; nothing where none is."""
    try:
        con = door.open_published(home)
    except NotPublished:
        return []
    except WarehouseError as error:
        return [_result("published_file_whole", [str(error)])]
    try:
        return [_result("published_file_whole", _unreadable(con))]
    finally:
        con.close()


def verify(home: Path, *, wait_seconds: float = 0.0) -> list[str]:
    """Inspect a home and return what is wrong with it, in words."""
    broken = [found for found in inspect(home, wait_seconds=wait_seconds) if not found.is_kept]
    return [
        line
        for found in broken
        for line in (
            [f"{_FILES[found.name]}: {line}" for (line,) in found.rows]
            if found.name in _FILES
            else [found.describe()]
        )
    ]


def _result(name: str, problems: list[str]) -> CheckResult:
    return CheckResult(name=name, promise=_WHOLE[name], rows=tuple((line,) for line in problems), seconds=0.0)


def replace_published(con: DuckDBPyConnection, home: Path, *, now: datetime, keep: int) -> Publication:
    """Write the published file anew in place of a damaged one, and drop older copies that cannot be read either."""
    published = publish(con, home, now=now, keep=keep, anew=True)
    spare_path(home).unlink(missing_ok=True)  # the next publication could be made of it
    for path in door.history_path(home).glob("*.duckdb"):
        if not _is_readable(path):
            path.unlink()
    return published


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
        (home / MANIFEST_NAME).unlink(missing_ok=True)
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
        if path.exists() and _is_readable(path):
            return path
    raise NotPublished(
        "no published file can be read, so there is nothing to recover from: ingest into a new home"
    )


def _is_readable(path: Path) -> bool:
    try:
        con = door.open_sealed(path)
    except WarehouseError:
        return False
    try:
        return not _unreadable(con)
    finally:
        con.close()


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
