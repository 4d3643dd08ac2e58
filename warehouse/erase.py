"""Take articles out for good: by request (with a mark that keeps them out) or by age (without)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from warehouse import folding
from warehouse.errors import UnknownArticle
from warehouse.load import registered
from warehouse.statements import Statement, statements

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from duckdb import DuckDBPyConnection

FIND = """
SELECT DISTINCT article_id FROM (
    SELECT article_id FROM articles
    WHERE format('{:016x}', article_id) = lower($key) OR url = $key OR canonical_url = $key OR external_id = $key
    UNION ALL
    SELECT article_id FROM article_versions
    WHERE format('{:016x}', article_id) = lower($key) OR url = $key OR canonical_url = $key OR external_id = $key
) ORDER BY article_id
"""
FIND_BY_PUBLISHER = """
SELECT DISTINCT article_id FROM (
    SELECT article_id, publisher FROM articles UNION ALL SELECT article_id, publisher FROM article_versions
) WHERE lower(publisher) = lower($key) ORDER BY article_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What was taken out. The stories named are consistent already; folding them again gives back their key terms."""

    articles: int
    documents: int  # whose ledger got the line `erased`
    story_ids: npt.NDArray[np.uint64]  # that lost members and still exist
    near: npt.NDArray[np.uint64]  # articles left whose surroundings changed: fold these again too


def find_erasable(con: DuckDBPyConnection, key: str) -> tuple[npt.NDArray[np.uint64], bool]:
    """Return the articles meant by an id, external id, URL or else publisher, and whether it was a publisher.

    Raises UnknownArticle when nothing is meant.
    """
    for query, is_publisher in ((FIND, False), (FIND_BY_PUBLISHER, True)):
        ids: npt.NDArray[np.uint64] = con.execute(query, {"key": key.strip()}).fetchnumpy()["article_id"]
        if len(ids):
            return ids, is_publisher
    raise UnknownArticle(f"no article has the id, external id, URL or publisher {key!r}")


def erase_articles(
    con: DuckDBPyConnection,
    run_id: str,
    article_ids: npt.NDArray[np.uint64],
    *,
    by: str,
    why: str | None,
    now: datetime,
    publisher: str | None = None,
) -> Removal:
    """Erase articles and everything made of them inside the caller's transaction, and mark them so that they stay out.

    With `publisher`, whatever else comes from that publisher stays out too. The bytes are gone from the disk only
    after `compaction.scrub`, which the caller runs once this is committed and the working file is closed.
    """
    values: dict[str, object] = {"run_id": run_id, "now": now, "by": by, "why": why}
    _doom(con, article_ids)
    for step in statements("erase"):
        _execute(con, step, values)
    if publisher is not None:
        con.execute(
            "INSERT INTO tombstones SELECT md5_number_lower(lower(?)), 'publisher', ?, ?, ?",
            [publisher, now, by, why],
        )
    told = con.execute(
        "SELECT count(*) FROM documents WHERE run_id = ? AND disposition = 'erased'", [run_id]
    ).fetchall()[0][0]
    return _remove(con, values, documents=told)


def drop_texts(con: DuckDBPyConnection, *, older_than: timedelta, now: datetime) -> int:
    """Empty text and lead of articles that last changed longer ago, and drop older versions; evidence stays.

    Returns the number of articles. Publish anew and compact afterwards, else the texts stay in the files.
    """
    before = now - older_than
    con.execute("DELETE FROM article_versions WHERE last_changed_at < ?", [before])
    con.execute(
        "UPDATE articles a SET version = 1 + "
        "(SELECT count(*) FROM article_versions v WHERE v.article_id = a.article_id) WHERE version > 1"
    )
    con.execute(
        "UPDATE article_versions v SET version = n.number FROM ("
        "SELECT article_id, content_hash, row_number() OVER (PARTITION BY article_id ORDER BY version) AS number "
        "FROM article_versions) n WHERE v.article_id = n.article_id AND v.content_hash = n.content_hash"
    )
    emptied = con.execute(
        "UPDATE articles SET text = '', lead = '' WHERE last_changed_at < ? AND text <> ''", [before]
    )
    return int(emptied.fetchall()[0][0])


def drop_unfolded(con: DuckDBPyConnection, run_id: str, *, older_than: timedelta, now: datetime) -> Removal:
    """Remove articles that stayed alone in their story, or outside any, for longer; they may come again later.

    What people decided about an article keeps it. Publish anew afterwards.
    """
    ids = con.execute(
        """SELECT article_id FROM articles
           WHERE last_changed_at < ?
             AND article_id NOT IN (SELECT article_id FROM story_articles WHERE story_id IN (
                 SELECT story_id FROM stories WHERE article_count > 1))
             AND article_id NOT IN (SELECT article_a FROM overrides WHERE revoked_at IS NULL)
             AND article_id NOT IN (
                 SELECT article_b FROM overrides WHERE revoked_at IS NULL AND article_b IS NOT NULL)
           ORDER BY article_id""",
        [now - older_than],
    ).fetchnumpy()["article_id"]
    _doom(con, ids)
    con.execute("UPDATE documents SET article_id = NULL WHERE article_id IN (FROM doomed)")
    return _remove(con, {"run_id": run_id, "now": now}, documents=0)


def _doom(con: DuckDBPyConnection, article_ids: npt.NDArray[np.uint64]) -> None:
    import pyarrow as pa

    with registered(con, doomed_ids=pa.table({"article_id": pa.array(article_ids, pa.uint64())})):
        con.execute("CREATE OR REPLACE TEMP TABLE doomed AS SELECT DISTINCT article_id FROM doomed_ids")


def _remove(con: DuckDBPyConnection, values: Mapping[str, object], *, documents: int) -> Removal:
    doomed = con.execute("SELECT article_id FROM doomed").fetchnumpy()["article_id"]
    near = folding.beside(con, doomed)
    for step in statements("remove"):
        _execute(con, step, values)
    left = con.execute(
        "SELECT story_id FROM shrunk_stories SEMI JOIN stories USING (story_id) ORDER BY story_id"
    ).fetchnumpy()["story_id"]
    number = con.execute("SELECT count(*) FROM doomed").fetchall()[0][0]
    return Removal(articles=number, documents=documents, story_ids=left, near=near)


def _execute(con: DuckDBPyConnection, step: Statement, values: Mapping[str, object]) -> None:
    con.execute(step.sql, {name: value for name, value in values.items() if f"${name}" in step.sql})
