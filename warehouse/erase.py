"""Remove articles from the working file: by request (with a mark that keeps them out) or by age (without)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from warehouse import folding_evidence
from warehouse.errors import UnknownArticle
from warehouse.load import registered
from warehouse.sql_files import execute, statement, statements

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
    UNION ALL SELECT article_id, publisher FROM article_originals
) WHERE lower(publisher) = lower($key) ORDER BY article_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The result of removing articles: counts, stories that lost members, and articles to fold again.

    The stories are consistent already; folding them again recomputes their key terms.
    """

    articles: int
    documents: int  # whose ledger got the line `erased`
    story_ids: npt.NDArray[np.uint64]  # that lost members and still exist
    near: npt.NDArray[np.uint64]  # articles left whose surroundings changed: fold these again too


def find_erasable(con: DuckDBPyConnection, key: str) -> tuple[npt.NDArray[np.uint64], bool]:
    """Return the ids of the articles that a key names, ascending, and whether the key is a publisher's name.

    First every article with this id (16 hex digits), external id, URL or canonical URL is meant, in any version;
    without one, every article of this publisher, in any version or as the source named it. Id and publisher are
    compared without case, the others exactly; spaces around the key do not count. Raises UnknownArticle when no article
    fits.
    """
    for query, is_publisher in ((FIND, False), (FIND_BY_PUBLISHER, True)):
        ids: npt.NDArray[np.uint64] = con.execute(query, {"key": key.strip()}).fetchnumpy()["article_id"]
        if len(ids):
            return ids, is_publisher
    raise UnknownArticle(f"no article has the id, external id, URL or publisher {key!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article with the same text as one that is to be erased."""

    article_id: str
    publisher: str | None
    title: str
    url: str | None

    def describe(self) -> str:
        """Return the copy in one line: id, publisher (`no outlet` without one) and headline."""
        return f"{self.article_id} {self.publisher or 'no outlet'}: {self.title}"


def find_copies(con: DuckDBPyConnection, article_ids: npt.NDArray[np.uint64]) -> list[Copy]:
    """Return the other articles in the copy groups of these articles, by publisher, then id; empty where none."""
    import pyarrow as pa

    with registered(con, asked_ids=pa.table({"article_id": pa.array(article_ids, pa.uint64())})):
        rows = con.execute(statement("erase/known", "copies").sql).fetchall()
    return [
        Copy(article_id=f"{number:016x}", publisher=publisher, title=title, url=url)
        for number, publisher, title, url in rows
    ]


def titles_of(con: DuckDBPyConnection, article_ids: npt.NDArray[np.uint64]) -> list[str]:
    """Return the distinct headlines of articles in all their versions, sorted; unknown ids add none."""
    import pyarrow as pa

    with registered(con, asked_ids=pa.table({"article_id": pa.array(article_ids, pa.uint64())})):
        rows = con.execute(
            "SELECT title FROM articles SEMI JOIN asked_ids USING (article_id) "
            "UNION SELECT title FROM article_versions SEMI JOIN asked_ids USING (article_id) ORDER BY title"
        ).fetchall()
    return [str(title) for (title,) in rows]


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
    """Erase articles and all that was derived from them in the caller's transaction, and mark them to stay out.

    The marks (table `tombstones`) are hashes of id, content and addresses of every version; with `publisher`, also of
    its name and the names of outlets renamed to it, so that nothing else of that publisher is loaded. In the ledger
    their latest documents get the disposition `erased`; decisions about them are deleted; their stories are described
    by the remaining articles, and end where none remains. Ids that no article has are marked and counted too. The bytes
    leave the disk only by `compaction.scrub`, which the caller runs once this is committed and the working file closed.
    `now` is naive UTC.
    """
    values: dict[str, object] = {"run_id": run_id, "now": now, "by": by, "why": why}
    _doom(con, article_ids)
    for step in statements("erase"):
        execute(con, step.sql, values)
    if publisher is not None:
        # also the names under which an outlet that somebody renamed will come
        con.execute(
            "INSERT INTO tombstones SELECT DISTINCT md5_number_lower(lower(name)), 'publisher', $now, $by, $why FROM ("
            "SELECT $publisher AS name UNION ALL SELECT field FROM decisions "
            "WHERE relation = 'rename_outlet' AND lower(value) = lower($publisher) AND revoked_at IS NULL)",
            {"publisher": publisher, "now": now, "by": by, "why": why},
        )
    documents = con.execute(
        "SELECT count(*) FROM documents WHERE run_id = ? AND disposition = 'erased'", [run_id]
    ).fetchall()[0][0]
    return _remove(con, values, documents=documents)


def drop_texts(con: DuckDBPyConnection, *, older_than: timedelta, now: datetime) -> int:
    """Empty the text and lead of articles that last changed before `now - older_than`; return how many had either.

    Versions of that age are deleted and the others numbered again from 1; links and other evidence stay. Runs in the
    caller's transaction. Publish anew and compact afterwards, else the texts stay in the files. `now` is naive UTC.
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
        "UPDATE articles SET text = '', lead = '' WHERE last_changed_at < ? AND (text <> '' OR lead <> '')",
        [before],
    )
    return int(emptied.fetchall()[0][0])


def drop_unfolded(con: DuckDBPyConnection, run_id: str, *, older_than: timedelta, now: datetime) -> Removal:
    """Remove articles that are alone in their story and last changed before `now - older_than`.

    An article that a decision in force names is kept. Without a mark, they may come again later. Runs in the caller's
    transaction; the result's `documents` is 0. Publish anew afterwards. `now` is naive UTC.
    """
    ids = con.execute(
        """SELECT article_id FROM articles
           WHERE last_changed_at < ?
             AND article_id NOT IN (SELECT article_id FROM story_articles WHERE story_id IN (
                 SELECT story_id FROM stories WHERE article_count > 1))
             AND article_id NOT IN (
                 SELECT article_a FROM decisions WHERE revoked_at IS NULL AND article_a IS NOT NULL)
             AND article_id NOT IN (
                 SELECT article_b FROM decisions WHERE revoked_at IS NULL AND article_b IS NOT NULL)
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
    near = folding_evidence.adjacent_articles(con, doomed)
    for step in statements("remove"):
        execute(con, step.sql, values)
    left = con.execute(
        "SELECT story_id FROM shrunk_stories SEMI JOIN stories USING (story_id) ORDER BY story_id"
    ).fetchnumpy()["story_id"]
    number = con.execute("SELECT count(*) FROM doomed").fetchall()[0][0]
    return Removal(articles=number, documents=documents, story_ids=left, near=near)
