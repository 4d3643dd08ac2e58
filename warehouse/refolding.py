"""What folding everything again asks of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from warehouse.folding import COPY_RELATIONS, STORY_RELATIONS, Ids
from warehouse.load import registered
from warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


def known_models(con: DuckDBPyConnection) -> dict[str, str]:
    """Return the model that each kind of evidence was last made with; empty before the first run."""
    return dict(
        con.execute("SELECT kind, max_by(model_version, created_at) FROM models GROUP BY kind").fetchall()
    )


def record_models(con: DuckDBPyConnection, models: Mapping[str, str], *, now: datetime) -> None:
    """Remember which models the evidence is made with from now on, inside the caller's transaction."""
    for kind, model in models.items():
        con.execute(
            "INSERT INTO models (model_version, created_at, kind) VALUES (?, ?, ?)", [model, now, kind]
        ).fetchall()


def every_edge(con: DuckDBPyConnection, threshold: float) -> tuple[Ids, Ids]:
    """Return pairs of articles whose groups or stories depend on each other at a story threshold, or did until now."""
    found = con.execute(statement("folding", "every_edge").sql, {"threshold": threshold}).fetchnumpy()
    a, b = found["article_a"], found["article_b"]
    return a.astype(np.uint64), b.astype(np.uint64)


def every_article(con: DuckDBPyConnection) -> Ids:
    """Return the ids of all articles, ascending."""
    return _ids(con, "SELECT article_id FROM articles ORDER BY article_id")


def unprofiled(con: DuckDBPyConnection) -> Ids:
    """Return representatives of copy groups that have no profile."""
    return _ids(con, statement("folding", "unprofiled").sql)


def every_representative(con: DuckDBPyConnection) -> Ids:
    """Return the articles that stand for a copy group, ascending."""
    return _ids(con, "SELECT article_id FROM copy_members WHERE is_representative ORDER BY article_id")


def textless(con: DuckDBPyConnection) -> Ids:
    """Return articles whose text is not there (any more): what it was compared by cannot be made again."""
    return _ids(con, "SELECT article_id FROM articles WHERE text = '' ORDER BY article_id")


def forget_copy_evidence(con: DuckDBPyConnection) -> None:
    """Delete what was made of texts that are there to find copies; the groups themselves stay until made again."""
    for table in ("signatures", "bands"):
        con.execute(f"DELETE FROM {table} WHERE {_WITH_TEXT.format(column='article_id')}").fetchall()  # noqa: S608 - our own names
    _forget_links(con, COPY_RELATIONS)


def forget_story_evidence(con: DuckDBPyConnection) -> None:
    """Delete what was made to find reports of one event, but for links of texts that are gone; the stories stay."""
    con.execute("TRUNCATE profiles").fetchall()
    con.execute("TRUNCATE story_keys").fetchall()
    con.execute("TRUNCATE trees").fetchall()
    _forget_links(con, STORY_RELATIONS)


def stories_with(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return story_id, title, article_count of the stories that any of `ids` is in."""
    return _about(con, "story_titles", ids)


def articles_of_stories(con: DuckDBPyConnection, story_ids: Ids) -> Ids:
    """Return the articles of these stories, ascending."""
    ids: Ids = _about(con, "articles_of_stories", story_ids).column("article_id").to_numpy().astype(np.uint64)
    return ids


def titles(con: DuckDBPyConnection, ids: Ids) -> dict[int, str]:
    """Return the headline of each article."""
    rows = _about(con, "article_titles", ids)
    return dict(zip(rows.column("article_id").to_pylist(), rows.column("title").to_pylist(), strict=True))


def decide_again(con: DuckDBPyConnection, threshold: float) -> int:
    """Decide stored same-story links by another threshold; returns how many were decided otherwise before."""
    return int(
        con.execute(
            "UPDATE links SET decision = CASE WHEN score >= $threshold::FLOAT THEN 'accepted' ELSE 'rejected' END, "
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

    with registered(con, wanted=pa.table({"article_id": np.unique(ids)})):
        return con.sql(statement("folding", query).sql).to_arrow_table()


def _ids(con: DuckDBPyConnection, query: str) -> Ids:
    ids: Ids = con.execute(query).fetchnumpy()["article_id"].astype(np.uint64)
    return ids
