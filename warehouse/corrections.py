"""Corrections by people in the working file: fields of articles replaced, what the source had kept and given back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warehouse.load import registered
from warehouse.sql_files import execute, rows_by_name, statement

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    Ids = npt.NDArray[np.uint64]


def corrections_in_force(con: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the corrections that nobody revoked, of articles and of the names of outlets, the first made first.

    Each has relation ("correct" or "rename_outlet"), article_id (None of an outlet), field (a corrected field; of an
    outlet its former name), value (what it becomes; of an outlet the new name) and made_by.
    """
    return rows_by_name(con, statement("corrections", "decided").sql, {})


def is_any_corrected(con: DuckDBPyConnection) -> bool:
    """Return whether any article has a corrected field now."""
    return bool(con.execute("SELECT EXISTS (FROM article_originals)").fetchall()[0][0])


def restore_originals(con: DuckDBPyConnection, ids: Ids | None = None) -> None:
    """Undo corrections: put back what the source of these articles had, in the caller's transaction.

    `ids` None means all articles, an empty array none; articles without a corrected field stay as they are. Deletes the
    kept originals from `article_originals`.
    """
    if is_any_corrected(con):
        with registered(con, wanted=_table(ids)):
            execute(con, statement("corrections", "restore").sql, {"is_all": ids is None})


def articles_to_correct(
    con: DuckDBPyConnection, ids: Ids | None, *, corrected: Collection[int], renamed: Collection[str]
) -> list[dict[str, Any]]:
    """Return article_id and publisher of the stored articles that corrections apply to, by ascending id.

    Those are the ids in `corrected` and all articles whose publisher is exactly one of `renamed`; of these only the
    ones among `ids`, where it is not None. Restore originals first, so that publisher is what the source named.
    """
    import pyarrow as pa

    tables = {
        "wanted": _table(ids),
        "corrected": pa.table({"article_id": pa.array(sorted(corrected), pa.uint64())}),
        "renamed": pa.table({"publisher": pa.array(sorted(renamed), pa.string())}),
    }
    with registered(con, **tables):
        return rows_by_name(con, statement("corrections", "articles_to_correct").sql, {"is_all": ids is None})


def replace_fields(con: DuckDBPyConnection, corrections: pa.Table) -> None:
    """Write corrected values into articles, in the caller's transaction; `corrections` has a row for each article.

    Columns: article_id; fields, a list of "title", "publisher", "kind" and "published"; and the values title,
    publisher, kind, published_at, published_precision, published_zone, published_text, published_from,
    published_until, of which only those of `fields` are used. The articles must have what their source had
    (`restore_originals`): that is kept in `article_originals`. Rows of unknown articles do nothing.
    """
    with registered(con, corrections=corrections):
        execute(con, statement("corrections", "replace").sql, {})


def corrected_articles(con: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the present field values of articles with a corrected field, by ascending id.

    Each has article_id, fields (those corrected), title, publisher, kind, published_at, published_precision,
    published_zone and is_emptied (whether its text was dropped by age).
    """
    return rows_by_name(con, statement("corrections", "corrected_articles").sql, {})


def mark_changed(con: DuckDBPyConnection, ids: Ids, *, run_id: str, now: datetime) -> None:
    """Set run and time of the last change of the articles with these ids, in the caller's transaction.

    `now` is naive, in UTC; ids of no article do nothing.
    """
    with registered(con, wanted=_table(ids)):
        con.execute(statement("corrections", "mark").sql, {"run_id": run_id, "now": now}).fetchall()


def count_articles(con: DuckDBPyConnection, name: str) -> int:
    """Return how many articles have exactly this name of an outlet (case counts), corrections included."""
    return int(con.execute("SELECT count(*) FROM articles WHERE publisher = ?", [name]).fetchall()[0][0])


def _table(ids: Ids | None) -> pa.Table:
    import pyarrow as pa

    return pa.table({"article_id": pa.array([] if ids is None else ids, pa.uint64())})
