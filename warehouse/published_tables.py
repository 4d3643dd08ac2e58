"""Publish as tables: the published file in; every view as a table of an open format, with its history, out.

A table is brought up to date by one commit that replaces the days that changed. What a table holds is known by the
number of its last commit, under which the fingerprints of its parts were noted beforehand: where the two do not
agree, it is written as a whole. A row of the table `publications`, added last, names the versions that belong together.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from warehouse.connection import open_published
from warehouse.object_store import Place, StoreError
from warehouse.publish import CONTRACT_VERSION
from warehouse.published_parts import (
    DAYS,
    UNDATED,
    ForeignPublicationError,
    Part,
    PlacePublication,
    count_gone,
    day_of,
    home_errors,
    origin_of,
    parts,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PUBLICATIONS = "publications"
DAY = "day"  # the column by which tables are partitioned
HISTORY_DAYS = 7  # as long as a newsroom asks what it said; every publication keeps the days that it replaced
_TIDY_AFTER = timedelta(days=1)  # looking for what is too old lists every file
_ROWS = 50_000  # of a batch on its way: bounds memory
# Neither format counts without a sign, or has a type for JSON.
_WIDER = {
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "BIGINT",
    "JSON": "VARCHAR",
}
_NARROW = re.compile(rf"\b({'|'.join(_WIDER)})\b")

Day = date | None
"""The day that rows are filed under; None holds those without one."""


class Table(Protocol):
    """One table of an open format (Delta Lake, Iceberg) at a place; it need not exist yet.

    Every method raises the errors of the format's library.
    """

    def number(self, origin: str) -> int | None:
        """Return the number that newsfold gave its last commit to the table; None where there is no table.

        Raises ForeignPublicationError for a table that this home did not make.
        """

    def version(self) -> int:
        """Return the version by which readers of the format name the table's current state."""

    def commit(
        self, schema: Any, batches: Iterator[Any], *, days: Sequence[Day] | None, origin: str, number: int
    ) -> None:
        """Replace the rows of these days (None: all rows) by those of the batches, in one step.

        `batches` are RecordBatches of `schema`, in which days may have no rows; an empty list of days only adds rows.
        Makes the table where it is missing, partitioned by the column `day` where the schema has one. `origin` is the
        id of the home, `number` that of the commit.
        """

    def forget(self, keep: timedelta) -> None:
        """Delete the table's states that were superseded longer than `keep` ago, with the files that only they use."""


class Tables(Protocol):
    """The tables of one place (folder or bucket) in one open format.

    `unit` is what they are called in messages ("Delta tables"), `errors` are the classes that the format's library
    raises where place or catalog fails.
    """

    place: Place
    unit: str  # what they are called
    errors: tuple[type[Exception], ...]  # that the library raises where the place or its catalog fails

    def table(self, name: str, comment: str) -> Table:
        """Return the table of this name, whether it exists or not; `comment` describes it where it is made."""


def publish_tables(
    home: Path, tables: Tables, *, now: datetime, history_days: int = HISTORY_DAYS
) -> PlacePublication:
    """Bring the tables of a place up to date with the published file, and delete history that is too old.

    History older than `history_days` is deleted, once a day (0: it stays); all of it when texts were erased, withdrawn
    or dropped since. A crash at any point leaves each table in its former or its new state, and the last row of
    `publications` names states that belong together; the next call goes on. Call it while holding the home. `now` is
    naive, in UTC. Raises StoreError where the place or its catalog fails, ForeignPublicationError where a table is not
    of this home, DiskFull or StorageFailed where the home cannot be written, and the errors of `open_published`.
    """
    with store_errors(tables.place, tables.errors):
        return _publish(home, tables, now, history_days)


@contextmanager
def store_errors(place: Place, kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn errors of these kinds in the block, and OSError, into StoreError of the place."""
    try:
        yield
    except OSError as error:
        raise StoreError(place, error) from error
    except kinds as error:
        raise StoreError(place, OSError(f"{type(error).__name__}: {error}")) from error


def _publish(home: Path, tables: Tables, now: datetime, history_days: int) -> PlacePublication:
    notes = _Notes(home, tables)
    with open_published(home) as con:
        origin, gone = origin_of(con), count_gone(con)
        written, versions = 0, {}
        for view, found in groupby(list(parts(con)), key=lambda part: part.view):
            comments = _comments(con, view)
            table = tables.table(view, comments.get("", ""))
            written += _bring_up(con, notes, table, list(found), comments, origin=origin, now=now)
            versions[view] = table.version()
        _record(notes, tables, versions, origin, now)
    last = notes.last_tidied()
    is_erased = gone != last.get("gone", 0)
    tidied = datetime.fromisoformat(last.get("tidied_at", "1970-01-01"))
    if is_erased or (history_days and not timedelta(0) <= now - tidied < _TIDY_AFTER):
        for view in (*versions, PUBLICATIONS):
            tables.table(view, "").forget(timedelta(0) if is_erased else timedelta(days=history_days))
        notes.write_tidied(gone, now)
    return PlacePublication(place=str(tables.place), unit=tables.unit, written=written, total=len(versions))


def _bring_up(
    con: DuckDBPyConnection,
    notes: _Notes,
    table: Table,
    found: Sequence[Part],
    comments: Mapping[str, str],
    *,
    origin: str,
    now: datetime,
) -> int:
    """Commit what changed in one view, whose parts are found; return 1 where that was anything, else 0."""
    view = found[0].view
    number = table.number(origin)
    wanted = {part.day or "": part.fingerprint for part in found}
    held = notes.read(view, number)
    if held == wanted:
        return 0
    # nothing is as it was: another contract or engine, whose columns may be others
    is_whole = held is None or not held.items() & wanted.items()
    changed = sorted(wanted if held is None or is_whole else _changed(held, wanted))
    following = notes.write(view, number, wanted, now)
    rows = con.sql(_select(con, view), params={"days": [key for key in changed if key in wanted]})
    reader = rows.to_arrow_reader(_ROWS)
    schema = _commented(reader.schema, comments)
    batches = (batch.cast(schema) for batch in reader)
    days = None if is_whole or view not in DAYS else [_day(key) for key in changed]
    table.commit(schema, batches, days=days, origin=origin, number=following)
    notes.clear(view, following)
    return 1


def _record(notes: _Notes, tables: Tables, versions: Mapping[str, int], origin: str, now: datetime) -> None:
    """Add the row that names the versions that belong together, where it is not there yet."""
    import pyarrow as pa

    table = tables.table(
        PUBLICATIONS, "One row per publication: the versions of the tables that belong together."
    )
    number = table.number(origin)
    wanted = {name: str(version) for name, version in versions.items()}
    if notes.read(PUBLICATIONS, number) == wanted:
        return
    following = notes.write(PUBLICATIONS, number, wanted, now)
    row = {"published_at": now, "contract": CONTRACT_VERSION, "versions": list(versions.items())}
    schema = pa.schema(
        [
            ("published_at", pa.timestamp("us")),
            ("contract", pa.string()),
            ("versions", pa.map_(pa.string(), pa.int64())),
        ]
    )
    batch = pa.RecordBatch.from_pylist([row], schema=schema)
    table.commit(schema, iter([batch]), days=[], origin=origin, number=following)
    notes.clear(PUBLICATIONS, following)


def _changed(held: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    return (key for key in held.keys() | wanted.keys() if held.get(key) != wanted.get(key))


def _day(key: str) -> Day:
    return None if key in ("", UNDATED) else date.fromisoformat(key)


def _select(con: DuckDBPyConnection, view: str) -> str:
    """Return SQL for the rows of a view on `$days`, in types that both formats have; '' for a view without days."""
    columns = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
        [view],
    ).fetchall()
    chosen = ", ".join(
        f'"{name}"::{_NARROW.sub(lambda found: _WIDER[found[1]], kind)} AS "{name}"' for name, kind in columns
    )
    order = ", ".join(f'"{name}"' for name, _ in columns)
    day = "''"
    if view in DAYS:
        chosen, order = f"{chosen}, CAST({DAYS[view]} AS DATE) AS {DAY}", f"{DAY}, {order}"
        day = day_of(view)
    # names of views and columns are those of the published schema, and constants of this module
    return f"SELECT {chosen} FROM {view} WHERE list_contains($days, {day}) ORDER BY {order}"  # noqa: S608


def _comments(con: DuckDBPyConnection, view: str) -> dict[str, str]:
    """Return what is said of the columns of a view, and of itself under ''."""
    rows = con.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = $view "
        "UNION ALL SELECT '', comment FROM duckdb_tables() WHERE table_name = $view "
        "UNION ALL SELECT '', comment FROM duckdb_views() WHERE view_name = $view",
        {"view": view},
    ).fetchall()
    return {str(name): str(said) for name, said in rows if said}


def _commented(schema: Any, comments: Mapping[str, str]) -> Any:
    """Return the schema with the comments where Delta (`comment`) and Iceberg (`doc`) look for them."""
    import pyarrow as pa

    said = {**comments, DAY: "The day that the row is filed under; NULL where it has none."}
    return pa.schema(
        [
            field.with_metadata({"comment": said[field.name], "doc": said[field.name]})
            if field.name in said
            else field
            for field in schema
        ]
    )


class _Notes:
    """What the tables of one place hold, by view and number, in files of the home."""

    def __init__(self, home: Path, tables: Tables) -> None:
        place = hashlib.sha256(f"{tables.unit} {tables.place}".encode()).hexdigest()[:16]
        self._folder = home / "published-tables" / place

    def read(self, view: str, number: int | None) -> dict[str, str] | None:
        """Return the fingerprints of a view's parts as noted for a commit; None where nothing was noted."""
        return None if number is None else self._get(f"{view}-{number}.json")

    def write(self, view: str, former: int | None, wanted: Mapping[str, str], now: datetime) -> int:
        """Note the fingerprints that a view's table will have; return the number to commit them under.

        It is higher than `former`, the number of the last commit.
        """
        number = max((former or 0) + 1, int(now.timestamp() * 1_000_000))
        self._put(f"{view}-{number}.json", wanted)
        return number

    def clear(self, view: str, number: int) -> None:
        """Delete the noted fingerprints of all other commits of a view."""
        for path in self._folder.glob(f"{view}-*.json"):
            if path.name != f"{view}-{number}.json":
                path.unlink(missing_ok=True)

    def last_tidied(self) -> dict[str, Any]:
        """Return `gone` and `tidied_at` as of the last time that history was deleted; empty where it never was."""
        return self._get("tidied.json") or {}

    def write_tidied(self, gone: int, now: datetime) -> None:
        self._put("tidied.json", {"gone": gone, "tidied_at": now.isoformat()})

    def _get(self, name: str) -> dict[str, Any] | None:
        """Return the content of a file; None where it is missing or damaged."""
        try:
            found: dict[str, Any] = json.loads((self._folder / name).read_bytes())
        except (OSError, ValueError):
            return None
        return found

    def _put(self, name: str, content: Mapping[str, Any]) -> None:
        with home_errors(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._folder / f".{name}.part"
            part.write_text(json.dumps(content))
            part.replace(self._folder / name)


def refuse_foreign(place: Place, name: str) -> ForeignPublicationError:
    """Return the error to raise for a table that another home, or somebody else, made at the place."""
    return ForeignPublicationError(f"{place} holds a table {name} that this home did not publish")
