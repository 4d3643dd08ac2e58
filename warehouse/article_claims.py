"""What stored articles claim to be: look-ups by claim and document, the states of articles, ids in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.load import registered
from warehouse.sql_files import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def claimed_by(
    con: DuckDBPyConnection,
    *,
    claims: Sequence[int],
    documents: Sequence[int],
    titles: Sequence[str],
    many: int,
) -> dict[int, list[tuple[int, bool]]]:
    """Return the stored articles that share a claim (a hash of an id or address) or a document with a batch.

    By ascending id, each with the claims shared, as (claim, whether it is strict, else loose); none where it shares a
    document only. Claims of kind "item" do not count, and of a claim that more than `many` articles have only those
    stored with it under one of `titles` (without case). The inputs may be empty and hold an element twice.
    """
    import pyarrow as pa

    tables = {
        "wanted_claims": pa.table({"claim": pa.array(sorted(set(claims)), pa.uint64())}),
        "wanted_documents": pa.table({"document_id": pa.array(sorted(set(documents)), pa.uint64())}),
        "wanted_titles": pa.table({"title": pa.array(sorted(set(titles)), pa.string())}),
    }
    with registered(con, **tables):
        rows = con.execute(statement("identity", "claimed_by").sql, {"many": many}).fetchall()
    found: dict[int, list[tuple[int, bool]]] = {}
    for article_id, claim, is_strict in rows:
        shared = found.setdefault(article_id, [])
        if claim is not None:
            shared.append((claim, is_strict))
    return found


def states_of(con: DuckDBPyConnection, article_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the fields by which states of these articles are compared, for current and older states.

    A dictionary each, sorted by its values: article_id, document_id, title, text, content_hash, kind, is_paywalled,
    published_at, published_precision and revision, as the source had them whatever people corrected. Unknown ids add
    nothing.
    """
    import pyarrow as pa

    with registered(con, wanted=pa.table({"article_id": pa.array(article_ids, pa.uint64())})):
        rows: list[dict[str, Any]] = (
            con.sql(statement("identity", "states_of").sql).to_arrow_table().to_pylist()
        )
    return rows


def used_ids(con: DuckDBPyConnection, article_ids: Sequence[int]) -> set[int]:
    """Return which of these ids an article has now, or had before it became a state of another one."""
    import pyarrow as pa

    with registered(con, wanted=pa.table({"article_id": pa.array(article_ids, pa.uint64())})):
        return {found for (found,) in con.execute(statement("identity", "used_ids").sql).fetchall()}


def unclaimed(con: DuckDBPyConnection, *, at_once: int = 50_000) -> Iterator[list[dict[str, Any]]]:
    """Yield the fields from which claims are computed, for every state of every article, if no claim is stored.

    Otherwise nothing. Lists of at most `at_once` dictionaries, in no order: article_id, source_ref, external_id, url,
    canonical_url, publisher and title, as the source had them. A home of an older newsfold, or one rebuilt from its
    published file, has no claims.
    """
    ((is_lacking,),) = con.execute(
        "SELECT EXISTS (FROM articles) AND NOT EXISTS (FROM article_claims)"
    ).fetchall()
    if not is_lacking:
        return
    rows = con.sql(statement("identity", "unclaimed").sql).to_arrow_table()
    for start in range(0, rows.num_rows, at_once):
        yield rows.slice(start, at_once).to_pylist()


def add_claims(con: DuckDBPyConnection, rows: Sequence[tuple[int, str, int, str]]) -> None:
    """Store claims: rows of claim (hash of an id or address), kind ("strict", "loose", "item"), article_id, headline.

    Equal rows are stored once, but a row that is stored already is stored again. Of a headline its hash is kept, none
    for items. Runs in the caller's transaction.
    """
    import pyarrow as pa

    names = ("claim", "kind", "article_id", "title")
    types = (pa.uint64(), pa.string(), pa.uint64(), pa.string())
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    table = pa.table(
        {name: pa.array(values, kind) for name, kind, values in zip(names, types, columns, strict=True)}
    )
    with registered(con, new_claims=table):
        con.execute(statement("identity", "add_claims").sql)
