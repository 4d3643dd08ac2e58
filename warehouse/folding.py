"""Queries and writes of folding: arrays of ids (in any order, twice, or none) in, Arrow tables out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.types import Kind
from warehouse.load import registered
from warehouse.sql_files import rows_by_name, statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Ids = npt.NDArray[np.uint64]

COPY_RELATIONS = ("exact", "near_duplicate")
STORY_RELATIONS = ("same_story",)
_EVER = {"first": -(2**31), "last": 2**31 - 1}  # days

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


def insert_links(con: DuckDBPyConnection, columns: Mapping[str, Any], features: Mapping[str, Any]) -> int:
    """Append links with the measures of each pair, in the caller's transaction; return how many.

    `columns` are those of the table `links` without features; `features` are columns of the same length, named as the
    fields of `links.features`: missing ones are NULL, other names are ignored.
    """
    count = len(columns["article_a"])
    parts = [
        _column(features[field.name], field.type) if field.name in features else pa.nulls(count, field.type)
        for field in _MEASURES
    ]
    measures = pa.StructArray.from_arrays(parts, fields=list(_MEASURES))
    return insert_rows(con, "links", {**columns, "features": measures})


def foldable_articles(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return a row with text and metadata for each of these articles that exists, by ascending id, for folding.

    Columns: article_id, external_id, title, text, lead, url, canonical_url, publisher, language, published_at,
    published_precision, kind, wire_agency, word_count, is_paywalled, content_hash, version. Stubs and indexes are
    included; of an article that is withdrawn or under embargo the kind is "stub".
    """
    return _query(con, "foldable_articles", ids)


def forget_articles(con: DuckDBPyConnection, ids: Ids) -> None:
    """Delete the copy evidence of these articles, inside the caller's transaction.

    That is signatures, LSH bands, memberships in copy groups, and links between copies. Their same-story evidence is
    left to `forget_representatives`.
    """
    _run(con, "forget_articles", ids)


def forget_representatives(con: DuckDBPyConnection, ids: Ids) -> None:
    """Delete the same-story evidence of articles that represent no copy group any more, or have another text.

    Deleted are their profiles, blocking keys, places in dendrograms and same-story links, inside the caller's
    transaction.
    """
    _run(con, "forget_representatives", ids)


def copy_candidates(con: DuckDBPyConnection, ids: Ids, *, block_size: int, window: int) -> tuple[Ids, Ids]:
    """Return pairs (a < b) of articles that share an LSH band, at least one of each among `ids`, sorted.

    A band of more than `block_size` articles pairs each with the `window` next ones on either side only (sorted
    neighbourhood, in an order by hash). Leaves a temporary view `keyed`.
    """
    view = "SELECT band_key AS key, article_id, NULL::INTEGER AS day FROM bands"  # texts are copied after any time
    con.execute(f"CREATE OR REPLACE TEMP VIEW keyed AS {view}")
    dateless = {"days": 0, "far_days": 0, "far_shared_blocks": 1, **_EVER}
    return _pairs(
        _query(con, "candidates", ids, block_size=block_size, window=window, shared_blocks=1, **dateless)
    )


def same_form_pairs(con: DuckDBPyConnection, ids: Ids) -> tuple[Ids, Ids]:
    """Return pairs (a < b) within `ids` found to fill in one form with other numbers and names, sorted.

    They have a stored near-duplicate link that falls short, with the feature same_form.
    """
    return _pairs(_query(con, "same_form_pairs", ids))


def story_candidates(con: DuckDBPyConnection, ids: Ids, *, days: int, **rule: int) -> tuple[Ids, Ids]:
    """Return pairs (a < b) of articles that share a blocking key, at least one of each among `ids`, sorted.

    Articles of known days of publication more than `days` apart are no pair; one without a day may pair with any.
    `rule` has block_size, window, shared_blocks, far_days and far_shared_blocks, all needed, as in
    `transforms.kernel.blocking_joins.pair_up`. Leaves a temporary view `keyed`.
    """
    con.execute("CREATE OR REPLACE TEMP VIEW keyed AS FROM story_keys")
    first, last, undated = _query(con, "days_of", ids).to_pylist()[0].values()
    bounds = _EVER if undated or first is None else {"first": first - days, "last": last + days}
    return _pairs(_query(con, "candidates", ids, days=days, **rule, **bounds))


def neighbours(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> Ids:
    """Return the articles one passing link of these relations away from any of `ids`, in either direction, ascending.

    `relations` are of "exact", "near_duplicate" and "same_story". Some answers may be among `ids` themselves.
    """
    return id_column(_query(con, "neighbours", ids, relations=list(relations)), "article_id")


def component(
    con: DuckDBPyConnection,
    ids: Ids,
    relations: Sequence[str],
    extra: Mapping[int, Sequence[int]] | None = None,
) -> Ids:
    """Return the connected components of `ids` over passing links of these relations and `extra` edges, ascending.

    All ids are included; `extra` leads from an article to others, one way. Breadth-first search; empty for no ids.
    """
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
    """Return links (article_a, article_b, relation, score, decision) of these relations with both ends among `ids`.

    Passing or not, sorted by the two ids, then relation.
    """
    return _query(con, "links_within", ids, relations=list(relations))


def links_touching(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> pa.Table:
    """Return links (article_a, article_b, score) of these relations with an end among `ids`, in no order.

    With both ends there, all; with one end elsewhere, those that pass, and where the end among `ids` is a live blog,
    round-up or digest also those that fall short, since such an article is compared with all of a story. No link to a
    live blog, round-up or digest elsewhere is returned.
    """
    return _query(con, "links_touching", ids, relations=list(relations))


def dendrograms_of(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, tree_id of the whole dendrograms that any of `ids` is in, by tree_id, then article_id."""
    return _query(con, "dendrograms_of", ids)


def beside(con: DuckDBPyConnection, ids: Ids) -> Ids:
    """Return the articles that a passing same-story link or a common dendrogram joins to any of `ids`.

    Ascending, without `ids` themselves.
    """
    mates = id_column(dendrograms_of(con, ids), "article_id")
    return np.setdiff1d(np.union1d(neighbours(con, ids, STORY_RELATIONS), mates), ids)


def copy_groups(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, copy_group_id, is_representative of every copy group that any of `ids` is in, whole.

    By copy_group_id, then article_id.
    """
    return _query(con, "copy_groups", ids)


def stories_of(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, article_id of every story that any of `ids` is in, whole; by story_id, then article_id."""
    return _query(con, "stories_of", ids)


def reports_of_stories(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, article_id of every story that any of `ids` is in, with the representatives of its members.

    Those are of the members' copy groups, each once for a story, and need not be members. By story_id, then
    article_id.
    """
    return _query(con, "reports_of_stories", ids)


def copy_facts(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, kind and word_count of those of `ids` that exist, by ascending id.

    The kind of an article that is withdrawn or under embargo is "stub".
    """
    return _query(con, "copy_facts", ids)


def article_kinds(con: DuckDBPyConnection, ids: Ids) -> dict[int, Kind]:
    """Return the kind of each of these articles that exists; STUB where it is withdrawn or under embargo."""
    rows = _query(con, "article_kinds", ids)
    kinds = map(Kind, rows.column("kind").to_pylist())
    return dict(zip(rows.column("article_id").to_pylist(), kinds, strict=True))


def grouping_facts(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, words, first_day and last_day of each of `ids` that is in a copy group, by ascending id.

    Words are those of its own text; the days, counted from 1970 with fractions, are the first and last publication in
    its copy group, NULL where none is dated.
    """
    return _query(con, "grouping_facts", ids)


def story_facts(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return the fields that a story's row is computed from, one row for each of these articles that exists, by id.

    Columns: article_id, title, url, canonical_url, publisher, language, published_at, published_precision, kind,
    wire_agency, word_count, is_paywalled, and is_title_derived (the title was made of the lead, and is not corrected).
    """
    return _query(con, "story_facts", ids)


def member_links(con: DuckDBPyConnection, story_of: Mapping[int, int]) -> pa.Table:
    """Return all links between two articles of one story, where `story_of` leads from each article to its story.

    Columns: article_a, article_b, relation, score, has_passed, threshold; the highest score first, then by the ids.
    Links that fall short are among them.
    """
    wanted = pa.table(
        {
            "article_id": pa.array(list(story_of), pa.uint64()),
            "story_id": pa.array(list(story_of.values()), pa.uint64()),
        }
    )
    with registered(con, wanted_members=wanted):
        return con.sql(statement("folding", "member_links").sql).to_arrow_table()


def retired_stories(con: DuckDBPyConnection, ids: Ids) -> dict[int, list[int]]:
    """Return stories that no longer exist, each with the articles that left it in its last run, both by ascending id.

    Only stories that any of `ids` left at any time; such an article need not be among those of the last run.
    """
    found: dict[int, list[int]] = {}
    for row in _query(con, "retired_stories", ids).to_pylist():
        found.setdefault(row["story_id"], []).append(row["article_id"])
    return found


def births(con: DuckDBPyConnection, ids: Ids) -> dict[int, datetime]:
    """Return when each of these stories was first born (UTC, naive); ids that never were a story are left out."""
    rows = _query(con, "births", ids)
    return dict(zip(rows.column("story_id").to_pylist(), rows.column("born_at").to_pylist(), strict=True))


def order_of_birth(con: DuckDBPyConnection, ids: Ids) -> dict[int, int]:
    """Return {story id: rank} of the existing stories among `ids`, 0 for the first created, ties by id."""
    rows = _query(con, "order_of_birth", ids)
    return {story_id: place for place, story_id in enumerate(rows.column("article_id").to_pylist())}


def used_story_ids(con: DuckDBPyConnection, ids: Ids) -> set[int]:
    """Return which of these ids any story has or ever had."""
    return set(id_column(_query(con, "used_story_ids", ids), "article_id").tolist())


def biggest_new_stories(con: DuckDBPyConnection, run_id: str, most: int) -> list[tuple[int, int, str]]:
    """Return story id, number of articles and title of at most `most` stories born in a run that still exist.

    The biggest come first, equal ones by id; empty where none was born.
    """
    query = statement("folding", "biggest_new_stories").sql
    return con.execute(query, {"run_id": run_id, "most": most}).fetchall()


def columns_of(table: str) -> list[str]:
    """Return the columns of a folding table in its order; KeyError for a table that folding does not write."""
    return list(_ROWS[table].names)


def active_overrides(con: DuckDBPyConnection) -> pa.Table:
    """Return the decisions in force about groups and canonical articles, the first made first.

    Those are the relations must_link, cannot_link, not_copy and pin that nobody revoked. Columns: override_id,
    relation, article_a, article_b, story_id, made_by, made_at, why.
    """
    return con.sql(statement("folding", "active_overrides").sql).to_arrow_table()


def earlier_members(con: DuckDBPyConnection, story_id: int, members: Collection[int]) -> set[frozenset[int]]:
    """Return the sets of articles that a story held before each run that changed them, back to its birth.

    `members` are those of now, from which the events "joined" and "left" are undone run by run; without any, the
    answer is empty.
    """
    found: set[frozenset[int]] = set()
    state, run_id = set(members), None
    rows = con.execute(statement("folding", "changes_of_members").sql, {"story_id": story_id}).fetchall()
    for run, has_joined, article in rows:
        if run_id not in (None, run):
            found.add(frozenset(state))
        run_id = run
        (state.discard if has_joined else state.add)(article)
    if rows:
        found.add(frozenset(state))
    return found


def moves(con: DuckDBPyConnection, run_id: str) -> list[dict[str, Any]]:
    """Return the articles that a run moved out of a story and did not move back, a dictionary each.

    Keys: article_id, title, publisher, from_story_id; to_story_id, to_title, to_article_count of the story that it is
    in now, None without one; is_new, whether that story was born or restored in this run. Sorted by the two stories
    (None last), then time of publication.
    """
    return rows_by_name(con, statement("folding", "moves").sql, {"run_id": run_id})


def delete_rows(con: DuckDBPyConnection, table: str, column: str, ids: Ids) -> None:
    """Delete the rows of a folding table whose `column` is among `ids`; ValueError for any other table or column."""
    if table not in _ROWS or column not in _ROWS[table].names:
        raise ValueError(f"{table}.{column} is no column that folding writes")
    with registered(con, wanted=pa.table({"wanted_id": np.unique(ids)})):
        con.execute(f"DELETE FROM {table} USING wanted WHERE {table}.{column} = wanted.wanted_id").fetchall()  # noqa: S608 - checked above


def stored(con: DuckDBPyConnection, table: str, column: str, ids: Ids) -> pa.Table:
    """Return the rows of a folding table (profiles, links, …) whose `column` is among `ids`, sorted by that column.

    Raises ValueError for a table or column that folding does not write.
    """
    if table not in _ROWS or column not in _ROWS[table].names:
        raise ValueError(f"{table}.{column} is no column that folding writes")
    with registered(con, wanted=pa.table({column: np.unique(ids)})):
        names = ", ".join(_ROWS[table].names)
        places = f"SELECT t.rowid FROM {table} t SEMI JOIN wanted USING ({column})"  # noqa: S608 - checked above
        query = f"SELECT {names} FROM {table} WHERE rowid IN ({places}) ORDER BY {column}"  # noqa: S608
        return con.sql(query).to_arrow_table()


def _query(con: DuckDBPyConnection, name: str, ids: Ids, **parameters: object) -> pa.Table:
    with registered(con, wanted=pa.table({"article_id": np.unique(ids)})):
        return con.sql(statement("folding", name).sql, params=parameters or None).to_arrow_table()


def _run(con: DuckDBPyConnection, name: str, ids: Ids) -> None:
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
