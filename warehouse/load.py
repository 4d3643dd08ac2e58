"""Load batches: articles and rejections in, one disposition for each document out, and what the fold must look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.sql_files import execute, statement, statements

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """The result of loading a batch: documents by disposition and reason, ids of articles new and changed, notices.

    The dispositions add up to its documents; the reasons leave out unchanged ones.
    """

    dispositions: Mapping[str, int]
    reasons: Mapping[str, int]
    new_ids: npt.NDArray[np.uint64]  # articles seen for the first time, ascending
    changed_ids: npt.NDArray[
        np.uint64
    ]  # known articles that folding has to look at again, ascending: current version,
    # withdrawal or embargo changed, states came together, or gone into another article
    withdrawn: tuple[str, ...] = ()  # headlines of known articles that a notice took back
    restored: tuple[str, ...] = ()  # headlines of articles that a later state brought back


def load_documents(
    con: DuckDBPyConnection,
    run_id: str,
    articles: pa.Table,
    rejections: pa.Table,
    *,
    now: datetime,
    merges: Mapping[int, int] | None = None,
) -> LoadResult:
    """Load a batch inside the caller's transaction; return what became of its documents.

    The tables have the columns of `batch_schemas.article_schema` and `rejection_schema`, and may be empty. Several
    states of one article are ordered by the provider's count, then the times stated, then by length, in any order or
    batching of loads; a state that its file no longer holds, and then one that is no full text, counts as older than
    all others. The last state is the current one, the others are kept in `article_versions`. The same content again is
    `unchanged`, unless it has a later date. `merges` maps ids to those of the articles whose states they become. `now`,
    naive in UTC, is recorded as the time of loading.
    """
    values = {"run_id": run_id, "now": now}
    batch = _numbered(articles)
    with registered(
        con, batch_articles=batch, batch_rejections=_numbered(rejections), batch_merges=_pairs(merges or {})
    ):
        first, *rest = statements("load")
        execute(con, first.sql, values)
        if merges:  # seldom, and it looks through all that is stored
            execute(con, statement("merge", "articles").sql, values)
        for step in rest:
            execute(con, step.sql, values)
        return LoadResult(
            dispositions=_counts(
                con,
                "SELECT disposition, count(*) "
                "FROM (SELECT disposition FROM decided UNION ALL SELECT outcome FROM refused) "
                "GROUP BY ALL ORDER BY ALL",
            ),
            reasons=_counts(
                con,
                "SELECT reason, count(*) FROM (SELECT reason FROM decided WHERE disposition <> 'unchanged' "
                "UNION ALL SELECT reason FROM refused WHERE outcome <> 'unchanged') "
                "WHERE reason IS NOT NULL GROUP BY ALL ORDER BY ALL",
            ),
            new_ids=_ids(
                con, "SELECT article_id FROM ranked WHERE is_current AND place IS NULL AND NOT was_known"
            ),
            changed_ids=_ids(con, _CHANGED),
            withdrawn=_titles(con, "s.withdrawn_at IS NOT NULL"),
            restored=_titles(con, "s.withdrawn_at IS NULL"),
        )


_CHANGED = """
SELECT article_id FROM (
    SELECT article_id FROM ranked WHERE is_current AND was_known AND (place IS NULL OR NOT was_current)
    UNION SELECT article_id FROM item_states WHERE is_held <> was_held
    UNION SELECT old_id FROM merges UNION FROM merged_articles
) WHERE article_id NOT IN (SELECT article_id FROM ranked WHERE is_current AND place IS NULL AND NOT was_known)
"""


def lift_embargoes(con: DuckDBPyConnection, run_id: str, *, now: datetime) -> npt.NDArray[np.uint64]:
    """Release articles whose embargo ended by `now` (naive, UTC) and that nobody withdrew; return their ids, ascending.

    Runs in the caller's transaction and sets run and time of their last change; the caller has to fold them.
    """
    execute(con, statement("embargoes", "lift").sql, {"run_id": run_id, "now": now})
    return _ids(con, "SELECT article_id FROM lifted")


def known_files(con: DuckDBPyConnection, seen: pa.Table) -> pa.Table:
    """Return the files of `seen` that were recorded before with the same content.

    `seen` has source_ref, size, mtime_ns, and sha256 or NULL. Columns of the result, as recorded, in no order:
    source_ref, documents (how many), sha256, format, field_map, read_by, and known_by: `stat` where size and time are
    equal, else `sha256`. A file that is new or has changed is not in it; without a hash, one with another time counts
    as changed.
    """
    with registered(con, batch_files=seen):
        return con.sql(statement("files", "known").sql).to_arrow_table()


def files_by_hash(con: DuckDBPyConnection, hashes: Sequence[str]) -> dict[str, str]:
    """Return for each of these sha256 the least source_ref among the recorded files that have it.

    A hash that no recorded file has is left out.
    """
    import pyarrow as pa

    with registered(con, wanted=pa.table({"sha256": pa.array(hashes, type=pa.string())})):
        return dict(con.execute(statement("files", "by_hash").sql).fetchall())


def record_files(con: DuckDBPyConnection, run_id: str, files: pa.Table, *, now: datetime) -> None:
    """Record files (columns of `file_schema`) as processed, one row for each source_ref, the latest.

    Call it in the transaction that loads their documents, at `now` (naive, UTC); a file recorded with the same values
    stays as it is.
    """
    with registered(con, batch_files=files):
        con.execute(statement("files", "record").sql, {"run_id": run_id, "now": now})


@contextmanager
def registered(con: DuckDBPyConnection, **tables: pa.Table) -> Iterator[None]:
    """Register Arrow tables as views under these names on this connection, for the block; then remove them."""
    import duckdb

    for name, table in tables.items():
        con.register(name, table)
    try:
        yield
    except BaseException:
        # after an error in a transaction nothing can be taken back, and a second error would hide the first
        with suppress(duckdb.Error):
            _unregister(con, tables)
        raise
    _unregister(con, tables)


def _unregister(con: DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    for name in tables:
        con.unregister(name)


def _numbered(batch: pa.Table) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    return batch.append_column("row", pa.array(np.arange(batch.num_rows, dtype=np.int64)))


def _counts(con: DuckDBPyConnection, query: str) -> dict[str, int]:
    return dict(con.execute(query).fetchall())


def _ids(con: DuckDBPyConnection, query: str) -> npt.NDArray[np.uint64]:
    # `query` is one of the constants above, never input
    found = con.execute(f"SELECT article_id FROM ({query}) ORDER BY article_id").fetchnumpy()  # noqa: S608
    ids: npt.NDArray[np.uint64] = found["article_id"]
    return ids


def _titles(con: DuckDBPyConnection, condition: str) -> tuple[str, ...]:
    # `condition` is one of the two constants above, never input
    query = (
        "SELECT a.title FROM item_states s JOIN articles a USING (article_id) "  # noqa: S608
        f"WHERE (s.withdrawn_at IS NOT NULL) <> s.was_withdrawn AND {condition} ORDER BY a.title"
    )
    return tuple(title for (title,) in con.execute(query).fetchall())


def _pairs(merges: Mapping[int, int]) -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {
            "old_id": pa.array(list(merges), pa.uint64()),
            "article_id": pa.array(list(merges.values()), pa.uint64()),
        }
    )
