"""Publish: the working tables in, one immutable file that people query out, put in place in one step.

A new file starts as a copy of the published one, in which only what differs is written. What differs is found by
comparing fingerprints of everything, not by trusting marks, so nothing can be forgotten; where the old file cannot be
used, all is written anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.blank_databases import begin_file
from warehouse.connection import (
    WORKING_CATALOG,
    engine_errors,
    history_path,
    keep_much,
    published_path,
    set_aside_foreign_log,
    spool_path,
    transaction,
)
from warehouse.errors import WarehouseError
from warehouse.published_file import is_as_published, note_published, verify_as_reader
from warehouse.search_index import create_index, index_sources, update_index
from warehouse.sql_files import execute, statement, statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONTRACT_VERSION = "8"  # of the published tables: another one means that the file is written anew
# The oldest format that has what we need; clients of 1.5 and later open it.
STORAGE_VERSION = "v1.5.0"
# Segments of columns share blocks, and small ones leave less room unused than the usual 262,144 bytes.
BLOCK_BYTES = 65_536
KEEP_PUBLISHED = 3  # older files kept beside the current one: enough to look back, at the price of their size
# What writing one article costs, words for search included, in bytes copied in that time (.3 ms at some 1.3 GB/s).
# The spare file lags a few publications behind: bringing it up to date beats a copy when few articles came since.
ARTICLE_COST_BYTES = 400_000
COPY_BYTES = 1 << 27  # bytes copied by one call of the kernel

GROWING = {"links": "links", "story_events": "events", "documents": "documents"}  # table: its wanted rows
SMALL = (  # written anew each time
    "story_redirects",
    "runs",
    "_tombstones",
    "decisions",
    "article_originals",
    "thread_stories",
    "threads",
    "thread_redirects",
)
TABLES = ("stories", "articles", "article_versions", "story_articles", "story_relations", *GROWING, *SMALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The result of publishing: path and bytes of the published file, and whether all of it was written anew."""

    path: Path
    bytes: int
    is_complete: bool  # written anew as a whole


def publish(
    con: DuckDBPyConnection, home: Path, *, now: datetime, keep: int = KEEP_PUBLISHED, anew: bool = False
) -> Publication:
    """Write the state of the working file into a new file and put it in place of the published one.

    Call it outside a transaction, with the home held. Readers of the old file keep it until they open again; a crash at
    any point leaves either the old or the new file in place. `keep` earlier files stay in the history, 0 for none; the
    last one is not added when no row of stories, articles, links, events or documents was written. `anew` writes every
    row again, in good order and without gaps, as is done too where the old file is missing, damaged, changed by another
    program or of another version. `now`, naive in UTC, is the time of publication; articles whose embargo ends later
    stay out. Raises WarehouseError when the new file lacks rows, else Damaged, StorageFailed or DiskFull.
    """
    fresh = spool_path(home) / "publishing.duckdb"
    with engine_errors(at=home):
        try:
            rows = None if anew else _write_differences(con, home, fresh, now)
            complete = rows is None
            if rows is None:
                rows = _write_everything(con, fresh, now)
            verify_as_reader(fresh)
            sync(fresh)
        except BaseException:
            remove(fresh)  # half a file is of no use, and its room may be what is missing
            raise
        _put_in_place(home, fresh, keep, has_changed=rows > 0)
    size = published_path(home).stat().st_size
    return Publication(path=published_path(home), bytes=size, is_complete=complete)


def _write_everything(con: DuckDBPyConnection, fresh: Path, now: datetime) -> int:
    remove(fresh)
    keep_much(con)
    begin_published(con, fresh)
    with _attached(con, fresh):
        execute(con, statement("publish/compare", "state_now").sql, {"now": now})
        con.execute(statement("publish/compare", "wanted_full").sql)
        rows = _fill(con)
        con.execute(statement("publish/compare", "state_full").sql)
        _record_about(con, now)
        differences = _differences(con)
        if differences:
            raise WarehouseError(
                f"the new published file differs from the working file: {', '.join(differences)}"
            )
    return rows


def begin_published(con: DuckDBPyConnection, path: Path) -> None:
    """Put a file with the published tables, macros and index of words, all of them empty, at a path where no file is.

    Raises OSError where it cannot be written, DuckDB's errors as they are.
    """

    def make(empty: Path) -> None:
        with _attached(con, empty):
            con.execute("USE pub")
            try:
                for name in ("schema", "macros"):
                    con.execute(statement("publish", name).sql)
            finally:
                con.execute(f"USE {WORKING_CATALOG}")
            create_index(con)
            con.execute(statement("publish", "about_schema").sql)

    texts = [statement("publish", name).sql.encode() for name in ("schema", "macros", "about_schema")]
    begin_file(path, "published", [Path(__file__).read_bytes(), *texts, *index_sources()], make)


def _write_differences(con: DuckDBPyConnection, home: Path, fresh: Path, now: datetime) -> int | None:
    """Bring an older published file up to date; None when all has to be written anew."""
    if not published_path(home).exists() or not is_as_published(home):
        return None
    remove(fresh)
    rows = _bring_up(con, fresh, now) if _recycle(con, home, fresh) else None
    if rows is None:
        remove(fresh)
        _copy(published_path(home), fresh)
        rows = _bring_up(con, fresh, now)
    return rows


def _bring_up(con: DuckDBPyConnection, fresh: Path, now: datetime) -> int | None:
    """Write into a file what differs from the working file; None when the file is of no use."""
    import duckdb

    unusable = (
        duckdb.CatalogException,
        duckdb.BinderException,
        duckdb.SerializationException,
        duckdb.FatalException,
    )
    try:
        with _attached(con, fresh):
            if not _is_ours(con):
                return None
            with transaction(con):
                execute(con, statement("publish/compare", "state_now").sql, {"now": now})
                _find_changes(con)
                for step in statements("publish/delta"):
                    con.execute(step.sql)
                for table in SMALL:
                    con.execute(f"TRUNCATE pub.{table}")
                _rewrite_unsettled(con)
                rows = _fill(con)
                con.execute(statement("publish/compare", "state_delta").sql)
                _record_about(con, now)
                return None if _differences(con) else rows
    except duckdb.Error as error:
        if isinstance(error, unusable) or "not a valid DuckDB" in str(error) or "Corrupt" in str(error):
            return None
        raise


def _find_changes(con: DuckDBPyConnection) -> None:
    """Leave temporary tables of the stories, articles and relations that differ from those of the attached file.

    Articles and relations are compared where newer runs or stories that differ say that they may differ. That the
    others are as they were published is not assumed but shown: what was found has to make up the whole difference
    between all fingerprints taken together and those that were published. Where it does not, all are compared.
    """
    for step in ("changed_stories", "suspects", "changed_articles", "changed_relations"):
        execute(con, statement("publish/compare", step).sql, {"every": False})
    unexplained = {
        name for (name,) in con.execute(statement("publish/compare", "unexplained").sql).fetchall()
    }
    if unexplained:
        keep_much(con)
    if "articles" in unexplained:
        for step in ("all_suspects", "changed_articles"):
            con.execute(statement("publish/compare", step).sql)
    if "story_relations" in unexplained:
        execute(con, statement("publish/compare", "changed_relations").sql, {"every": True})


def _recycle(con: DuckDBPyConnection, home: Path, fresh: Path) -> bool:
    """Use the file that fell out of the history as the start of the new one, when that writes less than a copy.

    It is left alone when anybody still has it: another name for it, a descriptor of this process, or the lock of a
    reader elsewhere.
    """
    import duckdb

    spare = spare_path(home)
    if not spare.exists() or spare.stat().st_nlink > 1 or _is_open_here(spare):
        return False
    try:
        spare.chmod(spare.stat().st_mode | 0o200)  # published files are read-only
        with _attached(con, spare):
            behind = con.execute(
                "SELECT (SELECT count(*) FROM articles) - (SELECT count(*) FROM pub.articles)"
            ).fetchall()[0][0]
    except duckdb.Error:  # held by a reader, damaged or of another version: a copy does as well
        return False
    if abs(behind) * ARTICLE_COST_BYTES > spare.stat().st_size:
        return False
    spare.replace(fresh)
    return True


def _is_open_here(path: Path) -> bool:
    """Return whether this process has the file open, which its own locks would not show."""
    wanted = path.stat()
    for entry in Path("/proc/self/fd").glob("*"):
        try:
            found = entry.stat()
        except OSError:
            continue  # closed meanwhile
        if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
            return True
    return False


def _is_ours(con: DuckDBPyConnection) -> bool:
    """Return whether this version of contract and engine wrote the attached file; fingerprints depend on both."""
    said = dict(con.execute("SELECT name, value FROM pub._about WHERE topic = 'file'").fetchall())
    return said.get("contract") == CONTRACT_VERSION and said.get("engine") == _engine(con)


def _engine(con: DuckDBPyConnection) -> str:
    return str(con.execute("SELECT version()").fetchall()[0][0])


def _rewrite_unsettled(con: DuckDBPyConnection) -> None:
    """Bring tables in order whose older rows were removed since the last publication, as a whole where need be."""
    unsettled = {name for (name,) in con.execute(statement("publish/compare", "unsettled").sql).fetchall()}
    if "links" in unsettled:
        for step in ("gone_links_of_changed", "gone_links"):  # the second looks through all links
            con.execute(statement("publish/compare", step).sql)
            stored, published = con.execute(statement("publish/compare", "settled_links").sql).fetchall()[0]
            if stored == published:
                unsettled.remove("links")
                break
    for name in sorted(unsettled):
        source = "latest_documents" if name == "documents" else name
        con.execute(f"TRUNCATE pub.{name}")
        con.execute(f"CREATE OR REPLACE TEMP VIEW wanted_{GROWING[name]} AS FROM {source}")
    if "links" in unsettled:
        con.execute(
            "CREATE OR REPLACE TEMP VIEW link_stories AS SELECT article_id, story_id FROM story_articles"
        )


def _fill(con: DuckDBPyConnection) -> int:
    """Write the wanted rows of every table; return how many there were beside those that are always written anew."""
    rows = 0
    for table in TABLES:
        # names of tables are constants of this module
        written = con.execute(f"INSERT INTO pub.{table} BY NAME {statement('publish/rows', table).sql}")
        count = written.fetchall()[0][0]
        rows += 0 if table in SMALL else count
    update_index(con)
    return rows


def _record_about(con: DuckDBPyConnection, now: datetime) -> None:
    values = {"contract": CONTRACT_VERSION, "version": own_version(), "engine": _engine(con), "now": now}
    con.execute(statement("publish", "about").sql, values)


def _differences(con: DuckDBPyConnection) -> list[str]:
    """Return in words which tables have not the number of rows that they should."""
    found = con.execute(statement("publish/compare", "differences").sql).fetchall()
    return [
        f"{name} {working} against {published}" for name, working, published in found if working != published
    ]


@cache
def own_version() -> str:
    """Return the installed version of newsfold; `unknown` when it runs without having been installed."""
    try:
        return version("newsfold")
    except PackageNotFoundError:
        return "unknown"


@contextmanager
def _attached(con: DuckDBPyConnection, path: Path) -> Iterator[None]:
    """Have the file as `pub` for the block; leaving writes it out. Scratch needs no log."""
    # ATTACH takes no parameters; a quote in the path is doubled as SQL wants it
    quoted = str(path).replace("'", "''")
    blocks = "" if path.exists() else f", BLOCK_SIZE {BLOCK_BYTES}"  # a file keeps its own
    con.execute(
        f"ATTACH '{quoted}' AS pub (STORAGE_VERSION '{STORAGE_VERSION}', RECOVERY_MODE NO_WAL_WRITES{blocks})"
    )
    try:
        yield
    finally:
        con.execute("DETACH pub")


def _copy(source: Path, target: Path) -> None:
    """Copy in the kernel, which on file systems with shared blocks copies nothing at all."""
    with source.open("rb") as old, target.open("wb") as new:
        while os.copy_file_range(old.fileno(), new.fileno(), COPY_BYTES):
            pass


def _put_in_place(home: Path, fresh: Path, keep: int, *, has_changed: bool) -> None:
    """Replace the published file; the former one is kept in the history when the new one says something else."""
    current = published_path(home)
    if current.exists() and keep > 0 and is_as_published(home):
        older = _history_name(home, current) if has_changed else spool_path(home) / "former.duckdb"
        if not older.exists():
            os.link(current, older)
        if not has_changed:
            older.replace(spare_path(home))
    note_published(home, fresh)
    set_aside_foreign_log(home)
    fresh.replace(current)
    set_aside_foreign_log(home)  # one that was begun meanwhile
    sync(home)
    olds = sorted(history_path(home).glob("news-*.duckdb"))
    for path in olds[: max(0, len(olds) - keep)]:
        if path == _history_name(home, path):
            path.replace(spare_path(home))
        else:
            path.unlink()  # somebody wrote into it


def _history_name(home: Path, path: Path) -> Path:
    """Return the name of a published file in the history: it holds when the file was written last."""
    return history_path(home) / f"news-{path.stat().st_mtime_ns:020d}.duckdb"


def spare_path(home: Path) -> Path:
    """Return the path of the spare file, an old published file from which the next one may be made."""
    return spool_path(home) / "spare.duckdb"


def sync(path: Path) -> None:
    """Flush a file, or a folder's entries, to disk (fsync) before returning. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Delete a database file and its write-ahead log (`.wal`); either may be missing."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
