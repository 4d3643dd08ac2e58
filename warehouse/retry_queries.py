"""Documents to read again, rejected or read under another map: find them, have the next run read their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warehouse.sql_files import rows_by_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def rejected_places(con: DuckDBPyConnection, reasons: Sequence[str]) -> list[str]:
    """Return the source_refs, sorted and each once, of documents whose latest disposition is a rejection.

    Only those with one of the reasons; for any reason when `reasons` is empty.
    """
    rows = con.execute(
        "SELECT DISTINCT source_ref FROM latest_documents "
        "WHERE disposition = 'rejected' AND ($anything OR list_contains($reasons, reason)) ORDER BY source_ref",
        {"anything": not reasons, "reasons": list(reasons)},
    ).fetchall()
    return [place for (place,) in rows]


def mapped_otherwise(con: DuckDBPyConnection, field_map: str) -> list[dict[str, Any]]:
    """Return source_ref, format and field_map of all files that were read under another field map, by source_ref.

    `field_map` is a map as JSON text, empty for none; maps are compared as text. Whether a map makes a difference to a
    file is for the caller to decide.
    """
    return rows_by_name(
        con,
        "SELECT source_ref, format, field_map FROM files WHERE coalesce(field_map, '') <> $field_map "
        "ORDER BY source_ref",
        {"field_map": field_map},
    )


def forget_files(con: DuckDBPyConnection, source_refs: Sequence[str]) -> int:
    """Delete the record that these files were read, so that the next run reads them; return how many were known.

    Call it in a transaction. Articles that came from their documents stay.
    """
    return int(
        con.execute("DELETE FROM files WHERE list_contains(?, source_ref)", [list(source_refs)]).fetchall()[
            0
        ][0]
    )
