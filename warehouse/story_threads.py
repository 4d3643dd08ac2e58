"""Queries and writes of threads: arrays of story ids in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.folding_tables import Ids, distinct_ids, id_column, insert_rows
from warehouse.load import registered
from warehouse.sql_files import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def story_pairs(
    con: DuckDBPyConnection, stories: Ids, *, best_links: int, least_score: float
) -> list[dict[str, Any]]:
    """Return a row for each pair of stories, at least one of them in `stories`, that stored same-story links connect.

    `score` is the mean over the `best_links` links of the highest score, whether they passed or not; pairs of a mean
    below `least_score` are left out. Other columns: story_a < story_b, article_a and article_b of the best link,
    first_a and first_b (when each story was first reported, None for undated). Ordered by story_a, story_b.
    """
    rows: list[dict[str, Any]] = _query(
        con, "story_pairs", stories, best_links=best_links, least_score=least_score
    ).to_pylist()
    return rows


def profiles_of(con: DuckDBPyConnection, stories: Ids) -> tuple[Ids, list[bytes]]:
    """Return the story and the packed profile of each report of these stories that has a profile.

    Ordered by story and article, so that sums over them are the same in every run.
    """
    rows = _query(con, "profiles", stories)
    return id_column(rows, "story_id"), rows.column("profile").to_pylist()


def relations_of(con: DuckDBPyConnection, stories: Ids) -> list[dict[str, Any]]:
    """Return the stored relations with any of these stories on either side, in no order.

    Columns: story_a, story_b, relation, score, article_a, article_b.
    """
    rows: list[dict[str, Any]] = _query(con, "relations_of", stories).to_pylist()
    return rows


def forget_relations(con: DuckDBPyConnection, stories: Ids) -> None:
    """Delete the relations with any of these stories on either side, in the caller's transaction."""
    _execute(con, "forget", stories)


def threads_with(con: DuckDBPyConnection, stories: Ids) -> list[dict[str, Any]]:
    """Return thread_id, story_id and follows_story_id of all stories of the threads that hold any of these stories.

    Ordered by thread_id, story_id; follows_story_id is None for a story that follows up none.
    """
    rows: list[dict[str, Any]] = _query(con, "threads_with", stories).to_pylist()
    return rows


def used_thread_ids(con: DuckDBPyConnection, ids: Ids) -> set[int]:
    """Return which of these ids belong to a thread, or belonged to one that was redirected."""
    return set(id_column(_query(con, "used_thread_ids", ids), "thread_id").tolist())


def replace_threads(
    con: DuckDBPyConnection,
    stories: Ids,
    members: Sequence[tuple[int, int, int | None]],
    redirects: Mapping[int, int],
) -> None:
    """Remove these stories from their threads and insert `members`: (thread, story, story that it follows up or None).

    Stories of `members` have to be among `stories`; one without a member is then in no thread. `redirects` maps ended
    threads to present ones, and is added to the earlier redirects. Inside the caller's transaction.
    """
    _execute(con, "clear", stories)
    names = ("thread_id", "story_id", "follows_story_id")
    insert_rows(
        con, "thread_stories", {name: [row[place] for row in members] for place, name in enumerate(names)}
    )
    insert_rows(
        con, "thread_redirects", {"thread_id": list(redirects), "current_thread_id": list(redirects.values())}
    )
    _execute(con, "mark", stories)


def compares_languages(con: DuckDBPyConnection) -> bool:
    """Return whether anything is stored by which stories are compared across languages."""
    kept = "SELECT 1 FROM shared_terms UNION ALL SELECT 1 FROM shared_vectors LIMIT 1"
    return bool(con.execute(kept).fetchall())


def first_days(con: DuckDBPyConnection, stories: Ids) -> set[int]:
    """Return the days, counted from 1970, on which these stories were first reported; undated ones have none."""
    return set(_query(con, "days_of", stories).column("day").to_pylist())


def shared_terms(
    con: DuckDBPyConnection, first_day: int, last_day: int, *, left_out: Sequence[str]
) -> list[tuple[int, str, int, int, int, float]]:
    """Return story_id, language, day, article_id, term and weight for stories first reported between these days.

    Days are counted from 1970, both are included; reports of the kinds `left_out` are not. `day` is that of the first
    report of the story. Ordered by story, article, term.
    """
    query = statement("threads", "shared_terms").sql
    values = {"first_day": first_day, "last_day": last_day, "left_out": list(left_out)}
    return con.execute(query, values).fetchall()


def shared_vectors(
    con: DuckDBPyConnection, first_day: int, last_day: int, *, left_out: Sequence[str]
) -> list[tuple[int, str, int, int, bool, bytes]]:
    """Return story_id, language, day, article_id, is_headline and vector for stories first reported between these days.

    A vector is a unit vector of half floats in little-endian order. Days and `left_out` are as of `shared_terms`.
    Ordered by story and article.
    """
    query = statement("threads", "shared_vectors").sql
    values = {"first_day": first_day, "last_day": last_day, "left_out": list(left_out)}
    return con.execute(query, values).fetchall()


def other_languages_between(
    con: DuckDBPyConnection, first_day: int, last_day: int
) -> list[tuple[int, int, float, int, int]]:
    """Return story_a, story_b, score, article_a and article_b of relations across languages around these days.

    One story at least was first reported between them, both included. Ordered by the stories.
    """
    query = statement("threads", "other_languages_between").sql
    return con.execute(query, {"first_day": first_day, "last_day": last_day}).fetchall()


def forget_other_languages(con: DuckDBPyConnection, pairs: Sequence[tuple[int, int]]) -> None:
    """Delete the relations across languages between these pairs of stories, in the caller's transaction."""
    ends = {
        name: pa.array([pair[end] for pair in pairs], pa.uint64())
        for end, name in enumerate(("story_a", "story_b"))
    }
    with registered(con, wanted_pairs=pa.table(ends)):
        con.execute(statement("threads", "forget_other_languages").sql).fetchall()


def _wanted(stories: Ids) -> pa.Table:
    return pa.table({"story_id": distinct_ids(stories)})


def _query(con: DuckDBPyConnection, name: str, stories: Ids, **values: object) -> pa.Table:
    with registered(con, wanted=_wanted(stories)):
        return con.sql(statement("threads", name).sql, params=values or None).to_arrow_table()


def _execute(con: DuckDBPyConnection, name: str, stories: Ids) -> None:
    with registered(con, wanted=_wanted(stories)):
        con.execute(statement("threads", name).sql).fetchall()
