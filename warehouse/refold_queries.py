"""Queries and writes of a refold, which groups all articles again: arrays of ids in and out, old evidence deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from warehouse.folding_tables import COPY_RELATIONS, STORY_RELATIONS, Ids, distinct_ids
from warehouse.load import registered
from warehouse.sql_files import statement

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


def known_models(con: DuckDBPyConnection) -> dict[str, str]:
    """Return the version last recorded of each model, by kind (`copies`, `stories`, `sources`); empty if none was."""
    return dict(
        con.execute("SELECT kind, max_by(model_version, created_at) FROM models GROUP BY kind").fetchall()
    )


def record_models(con: DuckDBPyConnection, models: Mapping[str, str], *, now: datetime) -> None:
    """Record the versions of models, by kind, with which evidence is made from now on, in the caller's transaction.

    `now` is naive UTC.
    """
    for kind, model in models.items():
        con.execute(
            "INSERT INTO models (model_version, created_at, kind) VALUES (?, ?, ?)", [model, now, kind]
        ).fetchall()


def every_edge(con: DuckDBPyConnection, threshold: float) -> tuple[Ids, Ids]:
    """Return all pairs of articles over which copy groups and stories can depend on one another, in no order.

    Two arrays of ids of one length: same-story links that score `threshold` or more, other links that passed, decisions
    of people on pairs that nobody revoked; and from each member of a present copy group or story to its smallest id,
    itself included.
    """
    found = con.execute(statement("folding", "every_edge").sql, {"threshold": threshold}).fetchnumpy()
    a, b = found["article_a"], found["article_b"]
    return a.astype(np.uint64), b.astype(np.uint64)


def every_article(con: DuckDBPyConnection) -> Ids:
    """Return the ids of all articles, ascending; those without text, and withdrawn ones, too."""
    return _ids(con, "SELECT article_id FROM articles ORDER BY article_id")


def unprofiled(con: DuckDBPyConnection) -> Ids:
    """Return the ids of representatives of copy groups that have no profile, ascending."""
    return _ids(con, statement("folding", "unprofiled").sql)


def every_representative(con: DuckDBPyConnection) -> Ids:
    """Return the ids of the representatives of all copy groups, groups of a single article included, ascending."""
    return _ids(con, "SELECT article_id FROM copy_members WHERE is_representative ORDER BY article_id")


def textless(con: DuckDBPyConnection) -> Ids:
    """Return the ids of articles whose text is empty or was dropped, ascending, as a uint64 array.

    Their evidence cannot be made again.
    """
    return _ids(con, "SELECT article_id FROM articles WHERE text = '' ORDER BY article_id")


def forget_copy_evidence(con: DuckDBPyConnection) -> None:
    """Delete signatures, LSH bands and links between copies of articles with a text, in the caller's transaction.

    Those links are `exact` and `near_duplicate`; one stays where either text is gone. The copy groups stay until they
    are made again.
    """
    for table in ("signatures", "bands"):
        con.execute(f"DELETE FROM {table} WHERE {_WITH_TEXT.format(column='article_id')}").fetchall()  # noqa: S608 - our own names
    _forget_links(con, COPY_RELATIONS)


def forget_story_evidence(con: DuckDBPyConnection) -> None:
    """Delete all profiles, story keys and dendrograms, and the same-story links, in the caller's transaction.

    A link stays where either text is gone; the stories stay.
    """
    con.execute("TRUNCATE profiles").fetchall()
    con.execute("TRUNCATE story_keys").fetchall()
    con.execute("TRUNCATE shared_terms").fetchall()
    con.execute("TRUNCATE shared_vectors").fetchall()
    con.execute("TRUNCATE trees").fetchall()
    _forget_links(con, STORY_RELATIONS)


def stories_with(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, title, article_count of stories that hold any of these articles, each once, by story_id."""
    return _about(con, "story_titles", ids)


def articles_of_stories(con: DuckDBPyConnection, story_ids: Ids) -> Ids:
    """Return the articles of these stories, ascending; ids of no story add nothing."""
    ids: Ids = _about(con, "articles_of_stories", story_ids).column("article_id").to_numpy().astype(np.uint64)
    return ids


def titles(con: DuckDBPyConnection, ids: Ids) -> dict[int, str]:
    """Return the headline of each of these articles by its id, ascending; ids of no article are left out."""
    rows = _about(con, "article_titles", ids)
    return dict(zip(rows.column("article_id").to_pylist(), rows.column("title").to_pylist(), strict=True))


def apply_threshold(con: DuckDBPyConnection, threshold: float) -> int:
    """Mark each stored same-story link anew as passing or falling short, by another threshold of the score (0 to 1).

    A score below the threshold, or none, falls short. Returns how many links had been marked by another threshold,
    whether or not the mark changed. In the caller's transaction.
    """
    return int(
        con.execute(
            "UPDATE links SET decision = CASE WHEN score >= $threshold::FLOAT THEN 'passes' ELSE 'falls_short' END, "
            "threshold = $threshold::FLOAT "
            "WHERE relation = 'same_story' AND threshold IS DISTINCT FROM $threshold::FLOAT",
            {"threshold": threshold},
        ).fetchall()[0][0]
    )


_WITH_TEXT = "{column} NOT IN (SELECT article_id FROM articles WHERE text = '')"


def _forget_links(con: DuckDBPyConnection, relations: Sequence[str]) -> None:
    both = f"{_WITH_TEXT.format(column='article_a')} AND {_WITH_TEXT.format(column='article_b')}"
    con.execute(
        f"DELETE FROM links WHERE list_contains(?, relation) AND {both}",  # noqa: S608 - our own names
        [list(relations)],
    ).fetchall()


def _about(con: DuckDBPyConnection, query: str, ids: Ids) -> pa.Table:
    import pyarrow as pa

    with registered(con, wanted=pa.table({"article_id": distinct_ids(ids)})):
        return con.sql(statement("folding", query).sql).to_arrow_table()


def _ids(con: DuckDBPyConnection, query: str) -> Ids:
    ids: Ids = con.execute(query).fetchnumpy()["article_id"].astype(np.uint64)
    return ids
