"""Load batches: articles and rejections in, one disposition for each document out, and what the fold must look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.statements import statement, statements

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What became of a batch. The dispositions add up to its documents."""

    dispositions: Mapping[str, int]
    reasons: Mapping[str, int]
    new_ids: npt.NDArray[np.uint64]  # articles seen for the first time, ascending
    changed_ids: npt.NDArray[np.uint64]  # articles whose current version is another one now, ascending


def load_documents(
    con: DuckDBPyConnection, run_id: str, articles: pa.Table, rejections: pa.Table, *, now: datetime
) -> LoadResult:
    """Load a batch inside the caller's transaction; the tables have the columns of `batches`.

    What is current in the end does not depend on the order or the cutting of batches: of all versions of an article
    the one with the latest date of its own is current, then the longest, then the one with the largest hash. The
    others are kept in `article_versions`. The same content again is `unchanged`, unless it brings a later date.
    """
    values = {"run_id": run_id, "now": now}
    with registered(con, batch_articles=_numbered(articles), batch_rejections=_numbered(rejections)):
        for step in statements("load"):
            con.execute(step.sql, {name: value for name, value in values.items() if f"${name}" in step.sql})
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
            new_ids=_ids(con, "is_current AND place IS NULL AND NOT was_known"),
            changed_ids=_ids(con, "is_current AND place IS NULL AND was_known"),
        )


def known_files(con: DuckDBPyConnection, seen: pa.Table) -> pa.Table:
    """Look files up: of `seen` (source_ref, size, mtime_ns, sha256 or NULL) return those that came before as they are.

    Columns of the answer: source_ref, documents (in it), sha256, known_by (`stat` or `sha256`).
    """
    with registered(con, batch_files=seen):
        return con.sql(statement("files", "known").sql).to_arrow_table()


def files_by_hash(con: DuckDBPyConnection, hashes: Sequence[str]) -> dict[str, str]:
    """Return for each of these sha256 the first file known to have it, by source_ref."""
    import pyarrow as pa

    with registered(con, wanted=pa.table({"sha256": pa.array(hashes, type=pa.string())})):
        return dict(con.sql(statement("files", "by_hash").sql).fetchall())


def record_files(con: DuckDBPyConnection, run_id: str, files: pa.Table, *, now: datetime) -> None:
    """Remember files (columns of `file_schema`) as processed; call it in the transaction that loads their documents."""
    with registered(con, batch_files=files):
        con.execute(statement("files", "record").sql, {"run_id": run_id, "now": now})


@contextmanager
def registered(con: DuckDBPyConnection, **tables: pa.Table) -> Iterator[None]:
    """Let SQL see Arrow tables under these names for the block."""
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
    return dict(con.sql(query).fetchall())


def _ids(con: DuckDBPyConnection, condition: str) -> npt.NDArray[np.uint64]:
    # `condition` is one of the two constants above, never input
    query = f"SELECT article_id FROM ranked WHERE {condition} ORDER BY article_id"  # noqa: S608
    ids: npt.NDArray[np.uint64] = con.sql(query).fetchnumpy()["article_id"]
    return ids
