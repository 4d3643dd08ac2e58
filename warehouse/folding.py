"""What folding asks of the warehouse and writes into it: arrays of article ids in, Arrow tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.types import Kind
from warehouse.load import registered
from warehouse.statements import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Ids = npt.NDArray[np.uint64]

COPY_RELATIONS = ("exact", "near_duplicate")
STORY_RELATIONS = ("same_story",)
_EVER = {"first": -(2**31), "last": 2**31 - 1}  # days

# what was measured of a pair, NULL where it was not
_MEASURES = pa.struct(
    [
        *((name, pa.float64()) for name in ("body", "lead", "names", "time", "weekday", "semantic")),
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
            ("joined_at", pa.timestamp("us")),
        ]
    ),
    "story_events": pa.schema(
        [
            ("story_id", pa.uint64()),
            ("event", pa.string()),
            ("other_story_id", pa.uint64()),
            ("article_count", pa.int32()),
            ("happened_at", pa.timestamp("us")),
            ("run_id", pa.string()),
        ]
    ),
}


def id_column(rows: pa.Table, name: str) -> Ids:
    """Return a column of ids as an array."""
    ids: Ids = rows.column(name).to_numpy().astype(np.uint64)
    return ids


def insert_rows(con: DuckDBPyConnection, table: str, columns: Mapping[str, Any]) -> int:
    """Append columns (arrays or lists of one length, NaN for NULL) to a folding table; returns how many rows."""
    schema = _ROWS[table]
    rows = pa.table({field.name: _column(columns[field.name], field.type) for field in schema}, schema=schema)
    if rows.num_rows:
        names = ", ".join(schema.names)
        with registered(con, new_rows=rows):
            con.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new_rows").fetchall()  # noqa: S608 - our own names
    return int(rows.num_rows)


def insert_links(con: DuckDBPyConnection, columns: Mapping[str, Any], features: Mapping[str, Any]) -> int:
    """Append links; `features` are columns beside them, named as the fields of `links.features`."""
    count = len(columns["article_a"])
    parts = [
        _column(features[field.name], field.type) if field.name in features else pa.nulls(count, field.type)
        for field in _MEASURES
    ]
    measures = pa.StructArray.from_arrays(parts, fields=list(_MEASURES))
    return insert_rows(con, "links", {**columns, "features": measures})


def foldable_articles(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return what folding looks at of each wanted article, by ascending id."""
    return _ask(con, "foldable_articles", ids)


def forget_articles(con: DuckDBPyConnection, ids: Ids) -> None:
    """Delete everything derived from the wording of these articles."""
    _tell(con, "forget_articles", ids)


def forget_representatives(con: DuckDBPyConnection, ids: Ids) -> None:
    """Delete the same-story evidence of articles that no longer stand for a copy group."""
    _tell(con, "forget_representatives", ids)


def copy_candidates(con: DuckDBPyConnection, ids: Ids, *, cap: int, reach: int) -> tuple[Ids, Ids]:
    """Return pairs (a < b) that share a key of wording, at least one of each among `ids`; see `candidates.sql`."""
    view = "SELECT band_key AS key, article_id, NULL::INTEGER AS day FROM bands"  # texts are copied after any time
    con.execute(f"CREATE OR REPLACE TEMP VIEW keyed AS {view}")
    dateless = {"days": 0, "far": 0, "far_meetings": 1, **_EVER}
    return _pairs(_ask(con, "candidates", ids, cap=cap, reach=reach, meetings=1, **dateless))


def same_form_pairs(con: DuckDBPyConnection, ids: Ids) -> tuple[Ids, Ids]:
    """Return pairs (a < b) within `ids` that were found to fill in one form with other numbers and names."""
    return _pairs(_ask(con, "same_form_pairs", ids))


def story_candidates(con: DuckDBPyConnection, ids: Ids, *, days: int, **rule: int) -> tuple[Ids, Ids]:
    """Return pairs (a < b) that share a key of content, at least one of each among `ids`; see `candidates.sql`.

    Articles of known days of publication that are more than `days` apart are no pair. The rest of the rule, by name, is
    that of `transforms.buckets.pair_up`.
    """
    con.execute("CREATE OR REPLACE TEMP VIEW keyed AS FROM story_keys")
    first, last, undated = _ask(con, "days_of", ids).to_pylist()[0].values()
    bounds = _EVER if undated or first is None else {"first": first - days, "last": last + days}
    return _pairs(_ask(con, "candidates", ids, days=days, **rule, **bounds))


def neighbours(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> Ids:
    """Return the articles one accepted link away from any of `ids`."""
    return id_column(_ask(con, "neighbours", ids, relations=list(relations)), "article_id")


def component(
    con: DuckDBPyConnection,
    ids: Ids,
    relations: Sequence[str],
    extra: Mapping[int, Sequence[int]] | None = None,
) -> Ids:
    """Return everything reachable from `ids` over accepted links and `extra` edges, `ids` included."""
    reached = np.unique(ids)
    frontier = reached
    while len(frontier):
        step = neighbours(con, frontier, relations)
        if extra:
            more = [other for one in frontier.tolist() for other in extra.get(one, ())]
            step = np.union1d(step, np.array(more, dtype=np.uint64))
        frontier = np.setdiff1d(step, reached, assume_unique=True)
        reached = np.union1d(reached, frontier)
    return reached


def links_within(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> pa.Table:
    """Return links (article_a, article_b, relation, score, decision) with both ends among `ids`."""
    return _ask(con, "links_within", ids, relations=list(relations))


def links_touching(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> pa.Table:
    """Return links (article_a, article_b, score) with an end among `ids`; the other end is among them or an article.

    An end elsewhere that is a live blog or a round-up says nothing of where the first one stands. Links elsewhere that
    were not accepted matter to live blogs and round-ups alone, which are judged by all their links to a story.
    """
    return _ask(con, "links_touching", ids, relations=list(relations))


def trees_of(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, tree_id of every linkage tree that any of `ids` is in, whole."""
    return _ask(con, "trees_of", ids)


def beside(con: DuckDBPyConnection, ids: Ids) -> Ids:
    """Return the articles that stories of `ids` may hang on: linked to one of them, or in a tree with one."""
    mates = id_column(trees_of(con, ids), "article_id")
    return np.setdiff1d(np.union1d(neighbours(con, ids, STORY_RELATIONS), mates), ids)


def copy_groups(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, copy_group_id, is_representative of every copy group that any of `ids` is in."""
    return _ask(con, "copy_groups", ids)


def stories_of(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, article_id of every story that any of `ids` is in, whole."""
    return _ask(con, "stories_of", ids)


def reports_of_stories(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, article_id of every story that any of `ids` is in: what stands for the members."""
    return _ask(con, "reports_of_stories", ids)


def copy_standing(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, kind and word_count of the articles that exist, by ascending id."""
    return _ask(con, "copy_standing", ids)


def article_kinds(con: DuckDBPyConnection, ids: Ids) -> dict[int, Kind]:
    """Return the kind of each article."""
    rows = _ask(con, "article_kinds", ids)
    kinds = map(Kind, rows.column("kind").to_pylist())
    return dict(zip(rows.column("article_id").to_pylist(), kinds, strict=True))


def story_facts(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return what a story's row is made of, for each article, without the text."""
    return _ask(con, "story_facts", ids)


def strongest_links(con: DuckDBPyConnection, ids: Ids) -> dict[int, float]:
    """Return the best accepted score of each article that has one."""
    rows = _ask(con, "strongest_links", ids)
    return dict(zip(rows.column("article_id").to_pylist(), rows.column("score").to_pylist(), strict=True))


def used_story_ids(con: DuckDBPyConnection, ids: Ids) -> set[int]:
    """Return which of these story ids any story ever had."""
    return set(id_column(_ask(con, "used_story_ids", ids), "article_id").tolist())


def biggest_new_stories(con: DuckDBPyConnection, run_id: str, most: int) -> list[tuple[int, int, str]]:
    """Return story id, number of articles and title of the stories born in a run, the biggest first."""
    query = statement("folding", "biggest_new_stories").sql
    return con.execute(query, {"run_id": run_id, "most": most}).fetchall()


def columns_of(table: str) -> list[str]:
    """Name the columns of a folding table."""
    return list(_ROWS[table].names)


def active_overrides(con: DuckDBPyConnection) -> pa.Table:
    """Return what people decided and nobody took back."""
    return con.sql(statement("folding", "active_overrides").sql).to_arrow_table()


def delete_rows(con: DuckDBPyConnection, table: str, column: str, ids: Ids) -> None:
    """Delete the rows of a folding table whose `column` is among `ids`."""
    if table not in _ROWS or column not in _ROWS[table].names:
        raise ValueError(f"{table}.{column} is no column that folding writes")
    with registered(con, wanted=pa.table({"wanted_id": np.unique(ids)})):
        con.execute(f"DELETE FROM {table} USING wanted WHERE {table}.{column} = wanted.wanted_id").fetchall()  # noqa: S608 - checked above


def stored(con: DuckDBPyConnection, table: str, column: str, ids: Ids) -> pa.Table:
    """Return the rows of a folding table whose `column` is among `ids`, ordered by it."""
    if table not in _ROWS or column not in _ROWS[table].names:
        raise ValueError(f"{table}.{column} is no column that folding writes")
    with registered(con, wanted=pa.table({column: np.unique(ids)})):
        names = ", ".join(_ROWS[table].names)
        places = f"SELECT t.rowid FROM {table} t SEMI JOIN wanted USING ({column})"  # noqa: S608 - checked above
        query = f"SELECT {names} FROM {table} WHERE rowid IN ({places}) ORDER BY {column}"  # noqa: S608
        return con.sql(query).to_arrow_table()


def _ask(con: DuckDBPyConnection, name: str, ids: Ids, **parameters: object) -> pa.Table:
    with registered(con, wanted=pa.table({"article_id": np.unique(ids)})):
        return con.sql(statement("folding", name).sql, params=parameters or None).to_arrow_table()


def _tell(con: DuckDBPyConnection, name: str, ids: Ids) -> None:
    with registered(con, wanted=pa.table({"article_id": np.unique(ids)})):
        con.execute(statement("folding", name).sql).fetchall()


def _column(values: Any, kind: pa.DataType | None) -> pa.Array:
    return (
        values
        if isinstance(values, pa.Array | pa.ChunkedArray)
        else pa.array(values, type=kind, from_pandas=True)
    )


def _pairs(rows: pa.Table) -> tuple[Ids, Ids]:
    return id_column(rows, "article_a"), id_column(rows, "article_b")
