"""Join homes that were folded apart: the rows of another home's working file are added to the tables of this one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connection import working_path
from warehouse.errors import WarehouseError
from warehouse.locks import hold
from warehouse.sql_files import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Names of tables enter SQL as they stand here. What came in, what people decided, and which stories there are.
_ROWS = (
    "runs", "files", "documents", "articles", "article_versions", "article_originals", "article_redirects",
    "article_claims", "notices", "decisions", "let_in", "tombstones", "tombstone_shingles",
    "copy_members", "stories", "story_articles", "links", "story_events", "story_relations",
    "thread_stories", "thread_redirects",
)  # fmt: skip
# What follows from the texts under the models of the home.
_EVIDENCE = ("signatures", "bands", "profiles", "story_keys", "shared_terms", "shared_vectors", "trees")
_SETS = frozenset({"tombstones", "tombstone_shingles", "let_in"})  # where two homes may have one row


class OverlappingHomesError(WarehouseError):
    """Two homes hold one run, file, document or article, or two articles with one id or address."""

    meaning = "Nothing was joined."
    advice = "ingest the inputs of the one into the other home instead"


class NoHomeError(WarehouseError):
    """A home that is to be joined has no working file, whether something is published in it or not."""

    meaning = "Nothing was joined."
    advice = "name homes that `newsfold ingest` filled; `newsfold recover` rebuilds a lost working file"

    def __init__(self, home: Path) -> None:
        super().__init__(f"{home} has no working file ({working_path(home).name})")


class ErasedElsewhereError(WarehouseError):
    """A home still holds an article that was erased in another one; joining them would bring it back."""

    meaning = "Nothing was joined."
    advice = "erase it in that home too (`newsfold erase`), then join them"


@contextmanager
def other_home(con: DuckDBPyConnection, home: Path, *, wait_seconds: float) -> Iterator[None]:
    """Attach another home's working file as `other`, read-only and with that home's lock held, for the block.

    Waits at most `wait_seconds` for the lock, then raises Busy. Raises NoHomeError where there is no working file;
    DuckDB's errors are raised as they are.
    """
    path = working_path(home)
    if not path.exists():
        raise NoHomeError(home)
    quoted = str(path).replace("'", "''")
    with hold(home, wait_seconds=wait_seconds, purpose="newsfold merge"):
        con.execute(f"ATTACH '{quoted}' AS other (READ_ONLY)")
        try:
            yield
        finally:
            con.execute("DETACH other")


def refuse_overlap(con: DuckDBPyConnection, home: Path) -> None:
    """Raise OverlappingHomesError, with one example, where this home and the attached one share something.

    Compared are ids of articles, runs and documents, places of files, and claims (ids and addresses of articles), also
    with those that notices of withdrawal name. The other home must be attached (`other_home`); `home` is its path, for
    the message.
    """
    rows = con.execute(statement("join", "shared").sql).fetchall()
    if rows:
        raise OverlappingHomesError(f"{home} and another home both have {rows[0][0]}")


def refuse_erased(con: DuckDBPyConnection, home: Path) -> None:
    """Raise ErasedElsewhereError, with a count and an example, where one home has what was erased in the other.

    Compared are ids, contents, addresses and publishers of all versions with the marks (table `tombstones`) of this
    home and the attached one, as for a new document; near copies are not searched. `home` is the path of the attached
    one.
    """
    con.execute(statement("erase", "00_addresses").sql)
    for count, example, is_theirs in con.execute(statement("join", "erased").sql).fetchall():
        where, elsewhere = (home, "another home") if is_theirs else ("another home", home)
        raise ErasedElsewhereError(
            f"{count} articles of {where} were erased in {elsewhere}, article {example:016x} among them"
        )


def shared_languages(con: DuckDBPyConnection) -> list[str]:
    """Return the languages in which both this home and the one attached by `other_home` have articles, sorted."""
    return [str(language) for (language,) in con.execute(statement("join", "languages").sql).fetchall()]


def models_differ(con: DuckDBPyConnection) -> bool:
    """Return whether the latest model of any kind differs between this home and the attached one.

    False where this home has no model yet; evidence made with other models cannot be compared.
    """
    known = "SELECT kind, max_by(model_version, created_at) FROM {}models GROUP BY kind ORDER BY kind"
    here = con.execute(known.format("")).fetchall()
    return bool(here) and here != con.execute(known.format("other.")).fetchall()


def add_rows(con: DuckDBPyConnection) -> None:
    """Add the attached home's articles, ledger, decisions, copies, links and stories, in the caller's transaction.

    Of marks of erased articles and of documents that a person let in, equal rows are kept once; any other row that both
    homes have would be stored twice, so call `refuse_overlap` first.
    """
    for table in _ROWS:
        without = f"EXCEPT FROM {table}" if table in _SETS else ""
        con.execute(f"INSERT INTO {table} BY NAME FROM other.{table} {without}")


def add_evidence(con: DuckDBPyConnection) -> None:
    """Add the attached home's evidence from texts, and the models it was made with, in the caller's transaction.

    That is signatures, LSH bands, profiles, blocking keys, dendrograms and terms shared between languages; models
    that are here already are not added.
    """
    for table in _EVIDENCE:
        con.execute(f"INSERT INTO {table} BY NAME FROM other.{table}")
    con.execute(
        "INSERT INTO models BY NAME SELECT * FROM other.models m ANTI JOIN models USING (model_version)"
    )


def forget_evidence(con: DuckDBPyConnection) -> None:
    """Delete signatures, LSH bands, profiles, keys, dendrograms, terms shared between languages, and models.

    In the caller's transaction.

    Folding everything afterwards makes them anew. Links and copy groups stay.
    """
    for table in (*_EVIDENCE, "models"):
        con.execute(f"TRUNCATE {table}")
