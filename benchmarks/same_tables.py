"""Whether two homes say the same: published tables compared column by column, but for what names a run or its time.

Run as `python -m benchmarks.same_tables HOME OTHER`, after the same files went into both under two states of the code:
what should only be faster is held to it. Prints which columns differ, with one row of each; exits with 1 then.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.connection import open_published

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# what a run writes of itself, in any table
OF_A_RUN = frozenset(
    (
        "run_id",
        "linked_at",
        "joined_at",
        "created_at",
        "happened_at",
        "seen_at",
        "first_seen_at",
        "last_changed_at",
    )
)
UPDATED_BY_A_RUN = ("stories",)  # elsewhere `updated_at` is what the source states
# what runs leave behind, fingerprints that runs go into, and tables that say the same under other numbers
NOT_COMPARED = frozenset(
    (
        "runs",
        "_about",
        "_article_fingerprints",
        "_story_fingerprints",
        "_fingerprint_totals",
        "_ledger_state",
        "_search_articles",
    )
)
OTHERWISE = {
    "_search_words": "SELECT word, stem FROM _search_words ORDER BY ALL",
    "_search_postings": "SELECT w.stem, x.article_id, p.frequency, x.word_count FROM _search_postings p "
    "JOIN (SELECT DISTINCT stem, stem_number FROM _search_words) w USING (stem_number) "
    "JOIN _search_articles x USING (number) WHERE x.article_id IS NOT NULL ORDER BY ALL",
}


def read_table(con: DuckDBPyConnection, table: str) -> pa.Table:
    """Return the compared columns of a table, its rows in an order that only depends on them."""
    if table in OTHERWISE:
        return con.sql(OTHERWISE[table]).to_arrow_table()
    every = [name for name, *_ in con.execute(f"DESCRIBE {table}").fetchall()]
    left_out = OF_A_RUN | {"updated_at"} if table in UPDATED_BY_A_RUN else OF_A_RUN
    names = ", ".join(f'"{name}"' for name in every if name not in left_out)
    return con.sql(f"SELECT {names} FROM {table} ORDER BY ALL").to_arrow_table()


def tables_of(con: DuckDBPyConnection) -> set[str]:
    """Return the tables that are compared."""
    return {
        name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    } - NOT_COMPARED


def differences(home: Path, other: Path) -> Iterator[str]:
    """Say in words what differs between two homes."""
    con, beside = open_published(home), open_published(other)
    try:
        names, others = tables_of(con), tables_of(beside)
        yield from (f"{table}: in one of them only" for table in sorted(names ^ others))
        for table in sorted(names & others):
            yield from _compare(table, read_table(con, table), read_table(beside, table))
    finally:
        con.close()
        beside.close()


def _compare(table: str, rows: pa.Table, beside: pa.Table) -> Iterator[str]:
    if rows.num_rows != beside.num_rows:
        yield f"{table}: {rows.num_rows:,} rows against {beside.num_rows:,}"
        return
    names, others = rows.schema.names, beside.schema.names
    yield from (f"{table}.{name}: in one of them only" for name in sorted(set(names) ^ set(others)))
    for name in (name for name in names if name in others):
        mine, theirs = rows.column(name), beside.column(name)
        if not mine.equals(theirs):
            pairs = zip(mine.to_pylist(), theirs.to_pylist(), strict=True)
            unlike = [(a, b) for a, b in pairs if a != b and not (a != a and b != b)]
            if unlike:
                yield f"{table}.{name}: {len(unlike):,} of {rows.num_rows:,} rows, such as {unlike[0]!r:.200}"


def main() -> int:
    """Compare, print, and say by the exit code whether all is the same."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("home", type=Path)
    options.add_argument("other", type=Path)
    chosen = options.parse_args()
    found = list(differences(chosen.home, chosen.other))
    print("\n".join(found) or "the same")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
