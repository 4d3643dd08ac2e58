"""Ask the published file: ids, addresses and words in, plain rows out. Nothing here can write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from warehouse.connection import engine_errors
from warehouse.errors import REPUBLISH, BadQuery, NotFound, UnknownArticle, UnknownStory
from warehouse.rows import (
    ArticleRow,
    EventRow,
    LinkRow,
    MemberRow,
    PairDetail,
    RunQuality,
    RunRow,
    StoryDetail,
    StoryRow,
    VersionRow,
)
from warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

Row = TypeVar("Row")
EXPLAIN = re.compile(r"^\s*EXPLAIN\s+(ANALYZE\s+)?", re.IGNORECASE)
FETCH_ROWS = 1000  # rows held at a time when a result is read row by row


def list_stories(
    con: DuckDBPyConnection,
    *,
    limit: int = 50,
    offset: int = 0,
    since: datetime | None = None,
    until: datetime | None = None,
    publisher: str | None = None,
    language: str | None = None,
    min_articles: int = 1,
) -> list[StoryRow]:
    """Return stories, the latest first; `since` is included, `until` is not."""
    return _rows(
        con,
        StoryRow,
        "stories",
        limit=limit,
        offset=offset,
        since=since,
        until=until,
        publisher=publisher,
        language=language,
        min_articles=min_articles,
    )


def search_stories(
    con: DuckDBPyConnection, words: str, *, limit: int = 50, offset: int = 0
) -> list[StoryRow]:
    """Return stories that have all the words in headlines, outlets or key terms, the latest first."""
    return _rows(con, StoryRow, "search", words=words, limit=limit, offset=offset)


def show_story(con: DuckDBPyConnection, key: str) -> StoryDetail:
    """Return a story by its id, the beginning of it, or an id it once had; raise UnknownStory."""
    story_id = _only(con, "story_ids", key, UnknownStory, "story")
    (story,) = _select(con, StoryRow, "SELECT * FROM stories WHERE story_id = $story_id", story_id=story_id)
    return StoryDetail(
        story=story,
        asked_id=key,
        members=_rows(con, MemberRow, "story_members", story_id=story_id),
        links=_rows(con, LinkRow, "story_links", story_id=story_id),
        events=_rows(con, EventRow, "story_events", story_id=story_id),
    )


def find_article(con: DuckDBPyConnection, key: str) -> ArticleRow:
    """Return an article by its id, the beginning of it, its external id or its URL; raise UnknownArticle."""
    article_id = _only(con, "article_ids", key, UnknownArticle, "article")
    return _rows(con, ArticleRow, "article", article_id=article_id)[0]


def list_versions(con: DuckDBPyConnection, article_id: str) -> list[VersionRow]:
    """Return every version of an article, oldest first by its own dates, the current one last."""
    return _rows(con, VersionRow, "article_versions", article_id=article_id)


def explain_pair(con: DuckDBPyConnection, key_a: str, key_b: str) -> PairDetail:
    """Return two articles with the stored evidence for and against their belonging together."""
    a, b = find_article(con, key_a), find_article(con, key_b)
    if a.article_id == b.article_id:
        raise NotFound(f"{key_a} and {key_b} are the same article")
    return PairDetail(a=a, b=b, links=_rows(con, LinkRow, "pair_links", a=a.article_id, b=b.article_id))


def list_runs(con: DuckDBPyConnection, *, limit: int = 20) -> list[RunRow]:
    """Return runs, the latest first."""
    return _rows(con, RunRow, "runs", limit=limit)


def list_quality(con: DuckDBPyConnection, *, limit: int = 21) -> list[RunQuality]:
    """Return how good what the last runs brought was, the latest first; runs that brought nothing are left out."""
    return _rows(con, RunQuality, "run_quality", limit=limit)


def story_urls(con: DuckDBPyConnection, story_ids: Sequence[str]) -> dict[str, str]:
    """Return the address of the canonical article of each of these stories, where it has one."""
    return dict(
        con.execute(
            "SELECT story_id, url FROM stories WHERE list_contains(?, story_id) AND url IS NOT NULL",
            [list(story_ids)],
        ).fetchall()
    )


def about(con: DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Return what the published file says of itself, by topic and name."""
    found = con.execute(statement("queries", "about").sql).fetchall()
    return {(topic, name): value for topic, name, value in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """The answer to a free query, as rows or as Arrow; each of the two runs the query."""

    con: DuckDBPyConnection
    sql: str
    names: list[str]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows; only a piece of them is held at a time. An error in the data raises BadQuery here."""
        with query_errors():
            answer = self.con.cursor().execute(self.sql)
            while piece := answer.fetchmany(FETCH_ROWS):
                yield from piece

    def batches(self) -> pa.RecordBatchReader:
        """Return the rows as a stream of Arrow batches."""
        with query_errors():
            return self.con.cursor().sql(self.sql).to_arrow_reader()


@contextmanager
def query_errors() -> Iterator[None]:
    """Turn the engine's errors into BadQuery with one clear line; what no query is to blame for is told as it is."""
    import duckdb

    try:
        with engine_errors(remedy=REPUBLISH):
            yield
    except duckdb.Error as error:
        raise BadQuery(_first_lines(str(error))) from error


def run_sql(con: DuckDBPyConnection, sql: str) -> QueryResult:
    """Run one query that only reads, on a connection from `open_published`; raise BadQuery with one clear line.

    The connection itself is sealed (no files, extensions or settings); here more than one statement, and whatever is
    not a question, is refused before it runs.
    """
    import duckdb

    with query_errors():
        asked = con.extract_statements(sql)
        if len(asked) != 1:
            raise BadQuery(f"one query at a time, please: this holds {len(asked)}")
        kind = asked[0].type
        if kind == duckdb.StatementType.EXPLAIN:  # EXPLAIN ANALYZE runs what it explains
            inner = con.extract_statements(EXPLAIN.sub("", asked[0].query, count=1))
            kind = inner[0].type if len(inner) == 1 else kind
        if kind != duckdb.StatementType.SELECT:
            raise BadQuery(f"only questions are answered here, and this is {kind.name}")
        query = asked[0].query
        return QueryResult(con=con, sql=query, names=list(con.sql(query).columns))


def _first_lines(text: str) -> str:
    """Keep the engine's reason and its hint, without the drawing of the place."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(("LINE ", "^"))]
    return " ".join(kept[:2])


def _only(con: DuckDBPyConnection, query: str, key: str, unknown: type[NotFound], what: str) -> str:
    """Resolve a key to the one id it means; an exact id wins over being the beginning of another."""
    key = key.strip()
    found = (
        [row[0] for row in con.execute(statement("queries", query).sql, {"key": key}).fetchall()]
        if key
        else []
    )
    if not found:
        raise unknown(f"no {what} has the id, or an id beginning with, {key!r}")
    if len(found) > 1 and found[0] != key.lower():
        raise unknown(
            f"{key!r} is the beginning of more than one {what} id ({found[0]}, {found[1]}, …): add digits"
        )
    return str(found[0])


def _rows(con: DuckDBPyConnection, row: type[Row], query: str, **values: object) -> list[Row]:
    return _select(con, row, statement("queries", query).sql, **values)


def _select(con: DuckDBPyConnection, row: type[Row], sql: str, **values: object) -> list[Row]:
    answer = con.execute(sql, values)
    names = [column[0] for column in answer.description or ()]
    wanted = {field.name for field in fields(row)}  # type: ignore[arg-type]
    places = [(place, name) for place, name in enumerate(names) if name in wanted]
    return [row(**{name: found[place] for place, name in places}) for found in answer.fetchall()]
