"""Rejected documents: which ones there are, and how to have their files read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def rejected_places(con: DuckDBPyConnection, reasons: Sequence[str]) -> list[str]:
    """Return the source_ref of each document that was rejected last time, for one of the reasons; for any when none."""
    rows = con.execute(
        "SELECT DISTINCT source_ref FROM latest_documents "
        "WHERE disposition = 'rejected' AND ($anything OR list_contains($reasons, reason)) ORDER BY source_ref",
        {"anything": not reasons, "reasons": list(reasons)},
    ).fetchall()
    return [place for (place,) in rows]


def forget_files(con: DuckDBPyConnection, source_refs: Sequence[str]) -> int:
    """Forget that these files were read, so that the next run reads them; returns how many were known."""
    return int(
        con.execute("DELETE FROM files WHERE list_contains(?, source_ref)", [list(source_refs)]).fetchall()[
            0
        ][0]
    )
