"""Tables that folding writes: their columns; rows appended, deleted and read by arrays of ids (any order, repeats)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.load import registered
from warehouse.sql_files import execute, statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Ids = npt.NDArray[np.uint64]

COPY_RELATIONS = ("exact", "near_duplicate")
STORY_RELATIONS = ("same_story",)
# Tables with an index by article. DuckDB uses it for ids in the text of a query, for so many at most (its
# index_scan_max_count is 2,048). Without it, few rows that lie apart are found by reading all between them.
_PLACES = "rowid IN (SELECT t.rowid FROM {table} t SEMI JOIN wanted USING ({column}))"
_INDEXED = tuple(_PLACES.format(table=table, column="article_id") for table in ("articles", "profiles"))
_FEW = 2_000
EVER = datetime(1, 1, 1)  # noqa: DTZ001 - before every link; times in the working file have no zone

# what was measured of a pair, NULL where it was not
_MEASURES = pa.struct(
    [
        *((name, pa.float64()) for name in ("body", "lead", "names", "time", "weekday", "semantic", "trust")),
        *(
            (name, pa.uint32())
            for name in ("words_a", "words_b", "words_matched", "numbers_changed", "names_changed")
        ),
        ("same_form", pa.bool_()),
    ]
)
# table → its columns with their Arrow types, in the order of the table
_ROWS: Mapping[str, pa.Schema] = {
    "signatures": pa.schema(
        [("article_id", pa.uint64()), ("signature", pa.list_(pa.uint32())), ("content_hash", pa.uint64())]
    ),
    "bands": pa.schema([("band_key", pa.uint64()), ("article_id", pa.uint64())]),
    "copy_members": pa.schema(
        [("article_id", pa.uint64()), ("copy_group_id", pa.uint64()), ("is_representative", pa.bool_())]
    ),
    "profiles": pa.schema(
        [("article_id", pa.uint64()), ("model_version", pa.string()), ("profile", pa.binary())]
    ),
    "story_keys": pa.schema([("key", pa.uint64()), ("article_id", pa.uint64()), ("day", pa.int32())]),
    "shared_terms": pa.schema([("article_id", pa.uint64()), ("term", pa.uint64()), ("weight", pa.float64())]),
    "shared_vectors": pa.schema(
        [("article_id", pa.uint64()), ("is_headline", pa.bool_()), ("vector", pa.binary())]
    ),
    "trees": pa.schema([("article_id", pa.uint64()), ("tree_id", pa.uint64())]),
    "links": pa.schema(
        [
            ("article_a", pa.uint64()),
            ("article_b", pa.uint64()),
            ("relation", pa.string()),
            ("score", pa.float32()),
            ("decision", pa.string()),
            ("threshold", pa.float32()),
            ("features", _MEASURES),
            ("model_version", pa.string()),
            ("run_id", pa.string()),
            ("linked_at", pa.timestamp("us")),
        ]
    ),
    "stories": pa.schema(
        [
            ("story_id", pa.uint64()),
            ("title", pa.string()),
            ("canonical_article_id", pa.uint64()),
            ("canonical_reason", pa.string()),
            ("url", pa.string()),
            ("publisher", pa.string()),
            ("language", pa.string()),
            ("first_published_at", pa.timestamp("us")),
            ("last_published_at", pa.timestamp("us")),
            ("article_count", pa.int32()),
            ("copy_group_count", pa.int32()),
            ("publisher_count", pa.int32()),
            ("independent_count", pa.int32()),
            ("key_terms", pa.list_(pa.string())),
            ("latest_title", pa.string()),
            ("latest_article_id", pa.uint64()),
            ("undated_count", pa.int32()),
            ("created_at", pa.timestamp("us")),
            ("updated_at", pa.timestamp("us")),
            ("run_id", pa.string()),
        ]
    ),
    "story_articles": pa.schema(
        [
            ("story_id", pa.uint64()),
            ("article_id", pa.uint64()),
            ("role", pa.string()),
            ("score", pa.float32()),
            ("decided_by", pa.string()),
            ("via_article_id", pa.uint64()),
            ("margin", pa.float32()),
            ("publisher_family", pa.string()),
            ("source_id", pa.string()),
            ("joined_at", pa.timestamp("us")),
        ]
    ),
    "story_events": pa.schema(
        [
            ("story_id", pa.uint64()),
            ("event", pa.string()),
            ("other_story_id", pa.uint64()),
            ("article_id", pa.uint64()),
            ("article_count", pa.int32()),
            ("happened_at", pa.timestamp("us")),
            ("run_id", pa.string()),
        ]
    ),
    "story_relations": pa.schema(
        [
            ("story_a", pa.uint64()),
            ("story_b", pa.uint64()),
            ("relation", pa.string()),
            ("score", pa.float64()),
            ("article_a", pa.uint64()),
            ("article_b", pa.uint64()),
        ]
    ),
    "thread_stories": pa.schema(
        [("thread_id", pa.uint64()), ("story_id", pa.uint64()), ("follows_story_id", pa.uint64())]
    ),
    "thread_redirects": pa.schema([("thread_id", pa.uint64()), ("current_thread_id", pa.uint64())]),
}


def id_column(rows: pa.Table, name: str) -> Ids:
    """Return a column of ids as an array of uint64, in the order of the rows; it must hold no NULL."""
    ids: Ids = rows.column(name).to_numpy().astype(np.uint64)
    return ids


def distinct_ids(*ids: Ids) -> Ids:
    """Return the different ids of all arrays together, ascending; by sorting, since `np.unique` hashes them slowly."""
    together: Ids = np.sort(np.concatenate(ids))
    found: Ids = together[np.append(True, together[1:] != together[:-1])[: len(together)]]
    return found


def columns_of(table: str) -> list[str]:
    """Return the columns of a folding table in its order; KeyError for a table that folding does not write."""
    return list(_ROWS[table].names)


def insert_rows(con: DuckDBPyConnection, table: str, columns: Mapping[str, Any]) -> int:
    """Append columns (arrays or lists of one length, None or NaN for NULL) to a folding table; return how many rows.

    `columns` needs every name of `columns_of(table)`, others are ignored; KeyError for a missing one or a table that
    folding does not write. No rows write nothing. Runs in the caller's transaction.
    """
    schema = _ROWS[table]
    rows = pa.table({field.name: _column(columns[field.name], field.type) for field in schema}, schema=schema)
    if rows.num_rows:
        names = ", ".join(schema.names)
        with registered(con, new_rows=rows):
            con.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new_rows").fetchall()  # noqa: S608 - our own names
    return int(rows.num_rows)


def insert_links(
    con: DuckDBPyConnection, columns: Mapping[str, Any], *, now: datetime, features: Mapping[str, Any]
) -> int:
    """Append links with the measures of each pair, in the caller's transaction; return how many.

    `now` (naive, UTC) becomes their `linked_at`, or the time of the newest article where a clock was set back, so
    that none is older: see `links_since`. `columns` are the other ones of the table `links`; `features` are columns
    of the same length, named as the fields of `links.features`: missing ones are NULL, other names are ignored.
    """
    count = len(columns["article_a"])
    parts = [
        _column(features[field.name], field.type) if field.name in features else pa.nulls(count, field.type)
        for field in _MEASURES
    ]
    measures = pa.StructArray.from_arrays(parts, fields=list(_MEASURES))
    newest = con.execute("SELECT max(first_seen_at) FROM articles").fetchall()[0][0]
    linked_at = now if newest is None else max(now, newest)
    return insert_rows(con, "links", {**columns, "linked_at": [linked_at] * count, "features": measures})


def stored_rows(con: DuckDBPyConnection, table: str, column: str, ids: Ids) -> pa.Table:
    """Return the rows of a folding table (profiles, links, …) whose `column` is among `ids`, sorted by that column.

    Raises ValueError for a table or column that folding does not write.
    """
    if table not in _ROWS or column not in _ROWS[table].names:
        raise ValueError(f"{table}.{column} is no column that folding writes")
    with registered(con, wanted=pa.table({column: distinct_ids(ids)})):
        names = ", ".join(_ROWS[table].names)
        places = _PLACES.format(table=table, column=column)
        query = f"SELECT {names} FROM {table} WHERE {places} ORDER BY {column}"  # noqa: S608 - checked above
        return con.sql(_by_index(query, ids)).to_arrow_table()


def delete_rows(con: DuckDBPyConnection, table: str, column: str, ids: Ids) -> None:
    """Delete the rows of a folding table whose `column` is among `ids`; ValueError for any other table or column."""
    if table not in _ROWS or column not in _ROWS[table].names:
        raise ValueError(f"{table}.{column} is no column that folding writes")
    with registered(con, wanted=pa.table({"wanted_id": distinct_ids(ids)})):
        con.execute(f"DELETE FROM {table} USING wanted WHERE {table}.{column} = wanted.wanted_id").fetchall()  # noqa: S608 - checked above


def rows_of_ids(con: DuckDBPyConnection, name: str, ids: Ids, **parameters: object) -> pa.Table:
    """Run the query `sql/folding/<name>.sql` over these article ids (any order, repeats); return its rows in its order.

    The query reads them from the view `wanted` (article_id); `parameters` are the others that it names. Raises
    FileNotFoundError for an unknown name; DuckDB's errors are raised as they are.
    """
    with registered(con, wanted=pa.table({"article_id": distinct_ids(ids)})):
        return con.sql(
            _by_index(statement("folding", name).sql, ids), params=parameters or None
        ).to_arrow_table()


def _by_index(sql: str, ids: Ids) -> str:
    """Have few rows looked up in the index of their table where a query says `_PLACES` of it."""
    if len(ids) <= _FEW:
        listed = ", ".join(map(str, ids.tolist())) or "NULL"
        for places in _INDEXED:
            sql = sql.replace(places, f"article_id IN ({listed})")
    return sql


def links_since(con: DuckDBPyConnection, ids: Ids) -> datetime:
    """Return a time (UTC, naive) before which no link of these articles was made: when the first of them came in.

    So links of recent articles are found without reading those of years. The earliest time there is when one of them is
    not stored any more.
    """
    (since,) = rows_of_ids(con, "links_since", ids).column("since").to_pylist()
    return EVER if since is None else since


def delete_evidence(con: DuckDBPyConnection, name: str, ids: Ids) -> None:
    """Execute the statements of `sql/folding/<name>.sql`, which delete rows of these articles, links from $since on."""
    since = links_since(con, ids)
    with registered(con, wanted=pa.table({"article_id": distinct_ids(ids)})):
        execute(con, statement("folding", name).sql, {"since": since})


def _column(values: Any, kind: pa.DataType | None) -> pa.Array:
    return (
        values
        if isinstance(values, pa.Array | pa.ChunkedArray)
        else pa.array(values, type=kind, from_pandas=True)
    )
