"""Find damage and repair it: verify every file of a home, rebuild the working file from the published one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import warehouse.connection as door
from warehouse.checks import CheckResult, run_checks
from warehouse.commit_manifest import MANIFEST_NAME
from warehouse.errors import REBUILD, REPUBLISH, Damaged, NotPublished, WarehouseError
from warehouse.locks import hold
from warehouse.publish import Publication, publish, spare_path
from warehouse.published_file import published_problems
from warehouse.sql_files import execute, statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REMEDIES = {
    "working_file_whole": REBUILD,
    "published_file_whole": REPUBLISH,
    "published_file_opens": REPUBLISH,
}
_WHOLE = {
    "working_file_whole": "Every block of the working file can be read, and nothing that was committed is missing.",
    "published_file_whole": "Every block of the published file can be read.",
    "published_file_opens": "The published file is as it was published, and opens for those who read it.",
}


def inspect(home: Path, *, wait_seconds: float = 0.0) -> list[CheckResult]:
    """Compare the working file with its manifest, read every block of both files and run every check.

    Results, in order: the working file, its checks (none where blocks are lost), the published file. Damage is a result
    like any other, so that all of it is reported. Opens the working file for writing: one that is missing is created,
    an older one migrated. Raises Busy when another run holds the home for `wait_seconds`, NewerSchema for a file of a
    later version, HomeUnusable where it cannot be written, StorageFailed and DiskFull.
    """
    results: list[CheckResult] = []
    try:
        with door.open_working(home, wait_seconds=wait_seconds, purpose="newsfold check --deep") as con:
            results += examine(con)
    except Damaged as error:
        results.append(_result("working_file_whole", [str(error)]))
    return [*results, *examine_published(home)]


def examine(con: DuckDBPyConnection) -> list[CheckResult]:
    """Read every block of the open working file, then run every check; no checks where blocks are lost.

    Returns the result `working_file_whole`, then those of `run_checks(deep=True)`; damage does not raise.
    """
    blocks = _result("working_file_whole", _unreadable(con))
    return [blocks, *(run_checks(con, deep=True) if blocks.passes else [])]


def examine_published(home: Path) -> list[CheckResult]:
    """Examine the published file: read every block, then test whether it is unchanged and opens for readers.

    Two results, or only the first where it cannot be opened at all; damage is a result. An empty list where nothing is
    published.
    """
    try:
        con = door.open_published(home)
    except NotPublished:
        return []
    except WarehouseError as error:
        return [_result("published_file_whole", [str(error)])]
    try:
        blocks = _result("published_file_whole", _unreadable(con))
    finally:
        con.close()
    return [blocks, *examine_as_reader(home)]


def examine_as_reader(home: Path) -> list[CheckResult]:
    """Open the published file as its readers do, and return one result with all that is wrong with it.

    An empty list where nothing is published. Blocks are not all read.
    """
    if not door.published_path(home).exists():
        return []
    return [_result("published_file_opens", published_problems(home))]


def _result(name: str, problems: list[str]) -> CheckResult:
    return CheckResult(name=name, rule=_WHOLE[name], rows=tuple((line,) for line in problems), seconds=0.0)


def replace_published(con: DuckDBPyConnection, home: Path, *, now: datetime, keep: int) -> Publication:
    """Write the published file anew in place of a damaged one, and delete older copies that cannot be read either.

    The spare file is deleted too. Takes an open working file outside a transaction; `now` and `keep` (number of earlier
    files) are as in `publish`. Raises WarehouseError, Damaged, StorageFailed or DiskFull. `now` is naive UTC.
    """
    published = publish(con, home, now=now, keep=keep, anew=True)
    spare_path(home).unlink(missing_ok=True)  # the next publication could be made of it
    for path in door.history_path(home).glob("*.duckdb"):
        if not _is_readable(path):
            path.unlink()
    return published


def recover(home: Path, *, now: datetime, wait_seconds: float = 0.0) -> Path:
    """Move the working file and its log aside and rebuild it from the newest published file that can be read.

    Returns the path in the home that the old file was moved to; if there was none, no file is there. What is derived
    from the texts (signatures, bands, profiles, keys) is left to the next refold, and no input file counts as read any
    more, so ingesting the inputs again finds what came after the last publication. Raises NotPublished, before anything
    is moved, where no published file can be read; Busy after `wait_seconds`; NewerSchema, HomeUnusable, StorageFailed
    or DiskFull where the new file cannot be written. `now` is naive UTC.
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
                    execute(con, step.sql, {"run_id": "recovered"})
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
