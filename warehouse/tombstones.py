"""Queries and writes of what is kept of erased articles so that they stay out: hashes of shingles, ids let in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.load import registered
from warehouse.sql_files import statement

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


def texts_of(con: DuckDBPyConnection, article_ids: npt.NDArray[np.uint64]) -> list[tuple[int, str]]:
    """Return (article id, text) of all versions of these articles, sorted, without empty texts and repeats."""
    import pyarrow as pa

    with registered(con, asked_ids=pa.table({"article_id": pa.array(article_ids, pa.uint64())})):
        return con.execute(
            "SELECT article_id, text FROM articles SEMI JOIN asked_ids USING (article_id) WHERE text <> '' "
            "UNION SELECT article_id, text FROM article_versions SEMI JOIN asked_ids USING (article_id) "
            "WHERE text <> '' ORDER BY ALL"
        ).fetchall()


def add_shingles(con: DuckDBPyConnection, rows: pa.Table) -> None:
    """Keep hashes of sampled shingles (uint32 `shingle`, uint64 `article_id`) of articles that are being erased.

    Repeats within `rows` count once. Inside the caller's transaction.
    """
    with registered(con, erased_shingles=rows):
        con.execute("INSERT INTO tombstone_shingles BY NAME SELECT DISTINCT * FROM erased_shingles")


def shingles_per_erased(con: DuckDBPyConnection) -> dict[int, int]:
    """Return how many sampled shingles are kept of each erased article, by its id; empty where none is kept."""
    return dict(con.execute("SELECT article_id, count(*) FROM tombstone_shingles GROUP BY ALL").fetchall())


def erased_rows(con: DuckDBPyConnection, articles: pa.Table) -> set[int]:
    """Return the row numbers of a batch, from 0, with the id, content hash or an address of an erased article.

    `articles` has at least article_id, content_hash, url and canonical_url. Addresses are compared without case,
    scheme, `www` and the like before the host, and slashes at the end.
    """
    import pyarrow as pa

    con.execute(statement("erase", "00_addresses").sql)
    rows = articles.select(["article_id", "content_hash", "url", "canonical_url"]).append_column(
        "row", pa.array(range(len(articles)), pa.uint32())
    )
    with registered(con, new_articles=rows):
        return {row for (row,) in con.execute(statement("erase/known", "erased_rows").sql).fetchall()}


def shared_shingles(con: DuckDBPyConnection, rows: pa.Table) -> list[tuple[int, int, int]]:
    """Return (row, erased article, number of sampled shingles that both have), by row and article.

    `rows` has the sampled shingles of a batch (uint32 `shingle`, `row` of any number); repeats count once, pairs
    without a common shingle are left out.
    """
    with registered(con, new_shingles=rows):
        return con.execute(
            "SELECT n.row, t.article_id, count(*) FROM (SELECT DISTINCT * FROM new_shingles) n "
            "JOIN tombstone_shingles t USING (shingle) GROUP BY ALL ORDER BY ALL"
        ).fetchall()


def documents_let_in(con: DuckDBPyConnection) -> set[int]:
    """Return the ids of documents that a person let in although they resemble what was erased."""
    return {document for (document,) in con.execute("SELECT document_id FROM let_in").fetchall()}


def let_in(con: DuckDBPyConnection, source_refs: Iterable[str], *, by: str, now: datetime) -> list[str]:
    """Mark documents that were held back as to be loaded, by their source_ref; return those found, by document id.

    Found are documents last rejected as `resembles_erased`; others are ignored. In the caller's transaction.
    `now` is naive UTC.
    """
    found = con.execute(
        "SELECT document_id, source_ref FROM latest_documents "
        "WHERE reason = 'resembles_erased' AND list_contains(?, source_ref) ORDER BY ALL",
        [list(source_refs)],
    ).fetchall()
    for document_id, _ in found:
        con.execute("INSERT INTO let_in VALUES (?, ?, ?)", [document_id, now, by])
    return [source_ref for _, source_ref in found]
