"""Stories as folding finds them: arrays of ids in; their articles, links between members, ids and history out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.folding_tables import Ids, id_column, links_since, rows_of_ids
from warehouse.load import registered
from warehouse.sql_files import rows_by_name, statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def stories_of(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, article_id of every story that any of `ids` is in, whole; by story_id, then article_id."""
    return rows_of_ids(con, "stories_of", ids)


def reports_of_stories(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, article_id of every story that any of `ids` is in, with the representatives of its members.

    Those are of the members' copy groups, each once for a story, and need not be members. By story_id, then
    article_id.
    """
    return rows_of_ids(con, "reports_of_stories", ids)


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
    since = links_since(con, id_column(wanted, "article_id"))
    with registered(con, wanted_members=wanted):
        return con.sql(statement("folding", "member_links").sql, params={"since": since}).to_arrow_table()


def retired_stories(con: DuckDBPyConnection, ids: Ids) -> dict[int, list[int]]:
    """Return stories that no longer exist, each with the articles that left it in its last run, both by ascending id.

    Only stories that any of `ids` left at any time; such an article need not be among those of the last run.
    """
    found: dict[int, list[int]] = {}
    for row in rows_of_ids(con, "retired_stories", ids).to_pylist():
        found.setdefault(row["story_id"], []).append(row["article_id"])
    return found


def birth_times(con: DuckDBPyConnection, ids: Ids) -> dict[int, datetime]:
    """Return when each of these stories was first born (UTC, naive); ids that never were a story are left out."""
    rows = rows_of_ids(con, "births", ids)
    return dict(zip(rows.column("story_id").to_pylist(), rows.column("born_at").to_pylist(), strict=True))


def order_of_birth(con: DuckDBPyConnection, ids: Ids) -> dict[int, int]:
    """Return {story id: rank} of the existing stories among `ids`, 0 for the first created, ties by id."""
    rows = rows_of_ids(con, "order_of_birth", ids)
    return {story_id: place for place, story_id in enumerate(rows.column("article_id").to_pylist())}


def used_story_ids(con: DuckDBPyConnection, ids: Ids) -> set[int]:
    """Return which of these ids any story has or ever had."""
    return set(id_column(rows_of_ids(con, "used_story_ids", ids), "article_id").tolist())


def biggest_new_stories(con: DuckDBPyConnection, run_id: str, most: int) -> list[tuple[int, int, str]]:
    """Return story id, number of articles and title of at most `most` stories born in a run that still exist.

    The biggest come first, equal ones by id; empty where none was born.
    """
    query = statement("folding", "biggest_new_stories").sql
    return con.execute(query, {"run_id": run_id, "most": most}).fetchall()


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


def moved_articles(con: DuckDBPyConnection, run_id: str) -> list[dict[str, Any]]:
    """Return the articles that a run moved out of a story and did not move back, a dictionary each.

    Keys: article_id, title, publisher, from_story_id; to_story_id, to_title, to_article_count of the story that it is
    in now, None without one; is_new, whether that story was born or restored in this run. Sorted by the two stories
    (None last), then time of publication.
    """
    return rows_by_name(con, statement("folding", "moves").sql, {"run_id": run_id})
