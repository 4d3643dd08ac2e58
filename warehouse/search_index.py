"""Bring the index of words in the published file up to date: what search_stories and search_articles look into."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connection import WORKING_CATALOG
from warehouse.sql_files import execute, statement, statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Numbers of articles that are gone, for each that is there, before the whole index is made anew: gone ones are read in
# vain, making it anew takes about 3 ms an article.
_WASTE = 1.0
_DATA = files("transforms") / "data"
_FEW = 10_000  # articles below which waste does not matter
# Articles indexed at a time, which bounds memory: postings lie in the order of stems among those of so many articles.
AT_ONCE = 100_000
_NEXT = """
SELECT max(place) FROM (
    SELECT rowid AS place FROM pub.articles WHERE rowid > (SELECT place FROM indexed_until) ORDER BY place LIMIT ?)
"""


def create_index(con: DuckDBPyConnection) -> None:
    """Create the empty inverted index and its macros in the attached file `pub`, with rules for stemming.

    The rules are those of every language in `transforms/data`. The file has the published tables, and no index yet.
    Afterwards the working file is DuckDB's current catalog again.
    """
    with _inside(con):
        con.execute(statement("publish", "search").sql)
    rules = _stemming_rules()
    con.execute(
        "INSERT INTO pub._search_rules SELECT language, shortest, list_distinct(list_transform(endings, "
        "lambda e: strip_accents(lower(e)))) FROM (SELECT unnest(?::VARCHAR[]) AS language, "
        "unnest(?::INTEGER[]) AS shortest, unnest(?::VARCHAR[][]) AS endings)",
        [list(column) for column in zip(*rules, strict=True)],
    ).fetchall()
    con.execute("INSERT INTO pub._search_characters VALUES (?, ?)", list(_characters())).fetchall()


@cache
def index_sources() -> tuple[bytes, ...]:
    """Return the texts that what `create_index` makes depends on: this module, its SQL, and the data of languages."""
    tables = (path.read_bytes() for path in (*_language_tables(), _DATA / "simplified_characters.toml"))
    return Path(__file__).read_bytes(), statement("publish", "search").sql.encode(), *tables


def _language_tables() -> list[Traversable]:
    folder = _DATA / "languages"
    return sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)


@cache
def _stemming_rules() -> list[tuple[str, int, list[str]]]:
    """Return language, shortest stem and endings to take off, of every language in `transforms/data`."""
    rules = []
    for entry in _language_tables():
        stems = tomllib.loads(entry.read_text(encoding="utf-8")).get("stems", {})
        rules.append((entry.name.removesuffix(".toml"), stems.get("shortest", 4), stems.get("endings", [])))
    return rules


@cache
def _characters() -> tuple[str, str]:
    """Return traditional Chinese characters, and the simplified one of each at the same place."""
    table = tomllib.loads((_DATA / "simplified_characters.toml").read_text(encoding="utf-8"))
    return table["traditional"], table["simplified"]


def update_index(con: DuckDBPyConnection) -> None:
    """Add to the inverted index of the attached file `pub` the articles with a text that it lacks.

    Those are the rows of `pub.articles` after the one that the temporary table `indexed_until` names.
    First the articles of the temporary view `unsearchable` (article_id) are removed from it; one that is still in `pub`
    is indexed again. When removed entries outnumber the others by more than 10,000, the whole index is made anew.
    Afterwards the working file is DuckDB's current catalog again.
    """
    steps = statements("publish/words")
    con.execute(steps[0].sql)
    every, kept = con.execute("SELECT count(*), count(article_id) FROM pub._search_articles").fetchall()[0]
    if every - kept > _WASTE * kept + _FEW:
        for table in ("_search_articles", "_search_words", "_search_postings"):
            con.execute(f"TRUNCATE pub.{table}")
        con.execute("UPDATE indexed_until SET place = -1")
    with _inside(con):
        while (until := con.execute(_NEXT, [AT_ONCE]).fetchall()[0][0]) is not None:
            for step in steps[1:]:
                execute(con, step.sql, {"until": until})
            con.execute("UPDATE indexed_until SET place = ?", [until])


@contextmanager
def _inside(con: DuckDBPyConnection) -> Iterator[None]:
    """Have the tables of `pub` go by their names alone, as its macros call them."""
    con.execute("USE pub")
    try:
        yield
    finally:
        con.execute(f"USE {WORKING_CATALOG}")
