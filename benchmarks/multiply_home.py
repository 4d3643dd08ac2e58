"""Make a large published file out of a small one, without folding: every row again and again, as of other news.

A copy of a row has other ids, addresses and hashes, and its times lie as many days earlier as the news of the small
file span, so that stories, links, relations and the postings of the search index stay consistent within each copy.
Texts and outlets are the same in all copies: an outlet and a word have as many more articles, and no new words come
in. Runs and decisions are not copied.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse.connection import published_path

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TABLES = (
    "stories", "articles", "article_versions", "article_originals", "story_articles", "links", "story_events",
    "story_redirects", "story_relations", "threads", "thread_stories", "thread_redirects", "documents",
)  # fmt: skip
_PAIRS = {"article_a": "article_b", "article_b": "article_a"}
_HASHES = ("content_hash", "sha256")
_ADDRESSES = ("url", "canonical_url", "source_ref")
_MEMORY = "3GB"


def multiply(source: Path, home: Path, times: int) -> None:
    """Write the published file of the home `source` into the new home `home`, `times` as large."""
    home.mkdir(parents=True)
    shutil.copyfile(published_path(source), published_path(home))
    with duckdb.connect(str(published_path(home))) as con:  # noqa: TID251 - published files are opened read-only elsewhere
        con.execute(f"SET memory_limit = '{_MEMORY}'; SET threads = 1")
        found = con.execute("SELECT date_diff('day', min(published_at), max(published_at)) + 1 FROM articles")
        ((days,),) = found.fetchall()
        for table in _TABLES:
            columns = ", ".join(_copied(table, name, kind, days or 1) for name, kind in _columns(con, table))
            con.execute(
                f"INSERT INTO {table} SELECT {columns} FROM (SELECT *, unnest(range(1, {times})) AS _copy FROM {table})"
            )
        _multiply_index(con, times)
        con.execute("CHECKPOINT")


def _columns(con: DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
        [table],
    ).fetchall()


def _copied(table: str, name: str, kind: str, days: int) -> str:
    """Return the expression for a column in copy number `_copy`."""
    if table == "links" and name in _PAIRS:  # the smaller id of a pair comes first
        pick = "least" if name == "article_a" else "greatest"
        return f"{pick}({_shifted(name)}, {_shifted(_PAIRS[name])})"
    if (name.endswith(("_id", "_a", "_b")) and name not in ("run_id", "external_id")) or name in _HASHES:
        return _shifted(name)
    if name in _ADDRESSES:
        return f"{name} || '?copy=' || _copy"
    return f"{name} - to_days(({days} * _copy)::INTEGER)" if kind == "TIMESTAMP" else f'"{name}"'


def _shifted(name: str) -> str:
    return f"lower(lpad(to_hex(hash({name}, _copy)), 16, '0'))"


def _multiply_index(con: DuckDBPyConnection, times: int) -> None:
    ((step,),) = con.execute("SELECT max(number) FROM _search_articles").fetchall()
    con.execute(
        f"INSERT INTO _search_articles "
        f"SELECT (number + {step} * _copy)::UINTEGER, {_shifted('article_id')}, word_count "
        f"FROM (SELECT *, unnest(range(1, {times})) AS _copy FROM _search_articles WHERE article_id IS NOT NULL)"
    )
    # in the order that the index of a publication has; the numbers of a stem ascend or descend
    con.execute(
        f"CREATE TABLE _multiplied AS "
        f"SELECT stem_number, (number + {step} * unnest(range(0, {times})))::UINTEGER AS number, frequency "
        f"FROM _search_postings "
        f"ORDER BY floor(log2(frequency)), stem_number, if(stem_number % 2 = 1, 1, -1) * number::BIGINT"
    )
    con.execute("DROP TABLE _search_postings")
    con.execute("ALTER TABLE _multiplied RENAME TO _search_postings")
