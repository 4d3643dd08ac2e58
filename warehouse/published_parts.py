"""The published file in; what each of its views holds, by day, out: for all that carries it elsewhere."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connection import DISK_FULL, has_room
from warehouse.errors import DiskFull, StorageFailed, WarehouseError
from warehouse.publish import CONTRACT_VERSION
from warehouse.sql_files import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LAYOUT = 1  # of what is written elsewhere: another one means that all is written anew
# The column whose day a view is partitioned by; views without one are a single part.
DAYS = {
    "articles": "published_at",
    "article_versions": "published_at",
    "documents": "seen_at",
    "links": "linked_at",
    "runs": "started_at",
    "stories": "first_published_at",
    "story_articles": "joined_at",
    "story_events": "happened_at",
    "threads": "first_published_at",
}
UNDATED = "__HIVE_DEFAULT_PARTITION__"  # the name under which Spark, DuckDB, Polars and Arrow read NULL


class ForeignPublicationError(WarehouseError):
    """The place holds the publication of another home, whose readers would lose it."""

    advice = "choose another place for this home, or empty that one"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePublication:
    """The result of publishing to one other place: how many of its files or tables (`unit`) were written.

    `total` is how many it has.
    """

    place: str
    unit: str  # what is counted: files, Delta tables, Iceberg tables
    written: int
    total: int  # that belong to the publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one published view on one day (or without days), with a fingerprint."""

    view: str
    day: str | None  # YYYY-MM-DD, UNDATED, or None for a view that is a single part
    rows: int
    fingerprint: str


def views(con: DuckDBPyConnection) -> list[str]:
    """Return the names of the tables and views of the published file that people query, sorted."""
    rows = con.execute(statement("publish/outward", "views").sql).fetchall()
    return [str(name) for (name,) in rows]


def day_of(view: str) -> str:
    """Return an SQL expression for the day under which a row of the view is published, as text.

    A row without a day gives `UNDATED`; for a view that has no days the expression is NULL.
    """
    column = DAYS.get(view)
    return f"coalesce(strftime({column}, '%Y-%m-%d'), '{UNDATED}')" if column else "NULL"


def parts(con: DuckDBPyConnection) -> Iterator[Part]:
    """Yield the parts of every view, by day, each with a fingerprint that does not depend on the order of its rows."""
    version = con.execute("SELECT version()").fetchall()[0][0]
    for view in views(con):
        # names of views and columns are those of the published schema, and constants of this module
        counted = f"{day_of(view)} AS day, count(*), sum(hash(one)::HUGEINT) FROM {view} one"
        rows = con.execute(f"SELECT {counted} GROUP BY ALL ORDER BY day").fetchall()
        if not rows and view not in DAYS:
            rows = [(None, 0, 0)]
        for day, count, total in rows or [(UNDATED, 0, 0)]:
            said = json.dumps([LAYOUT, CONTRACT_VERSION, version, view, day, count, str(total)])
            name = hashlib.sha256(said.encode()).hexdigest()[:24]
            yield Part(view=view, day=day, rows=count, fingerprint=name)


def origin_of(con: DuckDBPyConnection) -> str:
    """Return the identity of this home for publications: the id of its first run, out of the published file `con`."""
    return str(con.execute("SELECT min(run_id) FROM runs").fetchall()[0][0])


def count_gone(con: DuckDBPyConnection) -> int:
    """Return how many texts of the published file `con` were erased, withdrawn or dropped by age, as one number.

    Where it differs from that of an earlier publication, earlier publications must not be kept. DuckDB's errors are
    raised as they are.
    """
    return int(con.execute(statement("publish/outward", "gone").sql).fetchall()[0][0])


@contextmanager
def home_errors(path: Path) -> Iterator[None]:
    """Turn an OSError of a file of the home into DiskFull or StorageFailed, so that the place is not blamed."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT) or not has_room(path):
            raise DiskFull(DISK_FULL) from error
        raise StorageFailed(f"the file system refused {path}: {error.strerror or error}") from error
