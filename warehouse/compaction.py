"""Rewrite the files of a home: to give back room, and so that what was erased is in no byte of them."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from warehouse.connection import (
    WORKING_CATALOG,
    engine_errors,
    history_path,
    open_scratch,
    open_working,
    spool_path,
    working_path,
)
from warehouse.locks import hold
from warehouse.migrations import migrate
from warehouse.publish import Publication, publish, spare_path

# Where the order of rows helps later reads: neighbours in time lie together.
ORDER = {"articles": "ORDER BY coalesce(published_at, first_seen_at), article_id"}


def compact(home: Path, *, wait_seconds: float = 0.0, purpose: str = "compaction") -> tuple[int, int]:
    """Write the working file anew, table by table, and put it in place; return its bytes before and after.

    A crash leaves the old file in place. Freed blocks of the old file, with whatever they held, are gone with it.
    """
    old, fresh = working_path(home), spool_path(home) / "compacting.duckdb"
    with open_working(home, wait_seconds=wait_seconds, purpose=purpose):
        pass  # bring the schema up and fold the log in, so that the file alone is complete
    with hold(home, wait_seconds=wait_seconds, purpose=purpose), engine_errors():
        before = old.stat().st_size
        fresh.unlink(missing_ok=True)
        con = open_scratch(fresh)
        try:
            migrate(con)
            quoted = str(old).replace("'", "''")
            con.execute(f"ATTACH '{quoted}' AS {WORKING_CATALOG} (READ_ONLY)")
            tables = con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal",
                [WORKING_CATALOG],
            ).fetchall()
            for (table,) in tables:
                con.execute(f'TRUNCATE "{table}"')
                con.execute(
                    f'INSERT INTO "{table}" BY NAME FROM {WORKING_CATALOG}."{table}" {ORDER.get(table, "")}'
                )
            con.execute(f"DETACH {WORKING_CATALOG}")
            con.execute("CHECKPOINT")
        finally:
            con.close()
        handle = os.open(fresh, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        fresh.replace(old)
    return before, old.stat().st_size


def scrub(home: Path, *, now: datetime, wait_seconds: float = 0.0) -> Publication:
    """Rewrite the working file and the published one, and drop every older copy, so that erased bytes are nowhere."""
    compact(home, wait_seconds=wait_seconds, purpose="erasure")
    with open_working(home, wait_seconds=wait_seconds, purpose="erasure") as con:
        published = publish(con, home, now=now, keep=0, anew=True)
        others = con.execute(
            "SELECT count(*) FROM runs WHERE status = 'running' AND pid <> ?", [os.getpid()]
        ).fetchall()[0][0]
    for path in history_path(home).glob("*.duckdb*"):
        path.unlink()
    spare_path(home).unlink(missing_ok=True)
    if (
        not others
    ):  # a run under way needs its scratch; it clears that at its end, and the marks keep its copies out
        for path in spool_path(home).iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    return published
