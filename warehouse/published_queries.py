"""Ask the published file: ids, addresses and words in, plain rows out. Nothing here can write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from warehouse.connection import engine_errors
from warehouse.errors import REPUBLISH, BadQuery, NotFound, UnknownArticle, UnknownStory
from warehouse.row_types import (
    ArticleRow,
    ChainStep,
    EventRow,
    LinkRow,
    MemberRow,
    OtherLanguageRow,
    PairDetail,
    RunQuality,
    RunRow,
    StoryDetail,
    StoryRow,
    VersionRow,
)
from warehouse.sql_files import rows_by_name, statement

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

Row = TypeVar("Row")
_WHOLE_ID = re.compile(r"[0-9a-f]{16}")
EXPLAIN = re.compile(r"^\s*EXPLAIN\s+(ANALYZE\s+)?", re.IGNORECASE)
_EVERY_STORY = 1_000_000_000  # more than a search finds
FETCH_ROWS = 1000  # rows held at a time when a result is read row by row


class StoryConditions(TypedDict, total=False):
    """Conditions that stories have to meet; those left out do not count.

    A story lasts from its first to its last report, and is in a period when last >= `since` and first < `until`
    (naive, UTC; undated stories never are). `publisher` is that of any member, `language` the story's, both compared
    exactly.
    """

    since: datetime | None
    until: datetime | None
    publisher: str | None
    language: str | None
    min_articles: int


_NO_CONDITIONS: StoryConditions = {
    "since": None,
    "until": None,
    "publisher": None,
    "language": None,
    "min_articles": 1,
}


def list_stories(
    con: DuckDBPyConnection, *, limit: int = 50, offset: int = 0, **conditions: Unpack[StoryConditions]
) -> list[StoryRow]:
    """Return a page of stories, the last reported first, then by id, undated ones last; all `conditions` have to hold.

    `limit` and `offset` count stories.
    """
    return _rows(con, StoryRow, "stories", limit=limit, offset=offset, **_NO_CONDITIONS | conditions)


def search_stories(
    con: DuckDBPyConnection,
    words: str,
    *,
    limit: int = 50,
    offset: int = 0,
    **conditions: Unpack[StoryConditions],
) -> list[StoryRow]:
    """Return a page of stories whose reports together have all the words, in any inflection, the highest score first.

    The score is the sum, over the words, of the best BM25 score among the story's reports; equal scores are
    ordered by last report, the later first, undated ones last, then id. Quotes make a phrase, `-` leaves out stories,
    `OR` joins alternatives, `*` completes a word. Empty where nothing fits, and for no words or only words to leave
    out. All `conditions` have to hold too.
    """
    wanted = _NO_CONDITIONS | conditions
    most = limit + offset if wanted == _NO_CONDITIONS else _EVERY_STORY
    return _rows(con, StoryRow, "search", words=words, most=most, limit=limit, offset=offset, **wanted)


def show_story(con: DuckDBPyConnection, key: str) -> StoryDetail:
    """Return a story by its id, the beginning of it, or a former id, with members, links, events, languages.

    Members: the canonical one first, then by time, undated last. Links between members, decisions of people among them:
    those without a score first, then the highest. Events by time. Raises UnknownStory where none fits (or for an empty
    key), and where several do and none has the key as its whole id.
    """
    story_id = _only(con, "story_ids", key, UnknownStory, "story")
    (story,) = _select(con, StoryRow, "SELECT * FROM stories WHERE story_id = $story_id", story_id=story_id)
    return StoryDetail(
        story=story,
        asked_id=key,
        members=_rows(con, MemberRow, "story_members", story_id=story_id),
        links=_rows(con, LinkRow, "story_links", story_id=story_id),
        events=_rows(con, EventRow, "story_events", story_id=story_id),
        other_languages=_rows(con, OtherLanguageRow, "other_languages", story_id=story_id),
    )


def find_article(con: DuckDBPyConnection, key: str) -> ArticleRow:
    """Return an article by its id, the beginning of it, its external id, its URL or canonical URL.

    An id is 16 hexadecimal digits in any case; blanks around the key are dropped. Raises UnknownArticle where none
    fits (or for an empty key), and where several do and none has the key as its whole id.
    """
    if _WHOLE_ID.fullmatch(
        whole := key.strip().lower()
    ):  # one column is read, and not the addresses of all articles
        exact = _rows(con, ArticleRow, "article", article_id=whole)
        if exact:
            return exact[0]
    article_id = _only(con, "article_ids", key, UnknownArticle, "article")
    return _rows(con, ArticleRow, "article", article_id=article_id)[0]


def list_versions(con: DuckDBPyConnection, article_id: str) -> list[VersionRow]:
    """Return every published version of an article by number: oldest first by its own dates, the current one last.

    `article_id` is the whole id (16 hexadecimal digits in small letters); empty for any other. A withdrawn article
    has its current version alone, whose title and text are empty.
    """
    return _rows(con, VersionRow, "article_versions", article_id=article_id)


def explain_pair(con: DuckDBPyConnection, key_a: str, key_b: str) -> PairDetail:
    """Return two articles, by keys as in `find_article`, with the stored evidence on whether they belong together.

    Links are by time and include decisions of people; none when the two were not compared or scored too little. Two
    stories come with their mean similarities (a pair without a link counts 0; a mean within is None for a story of one
    representative), one story with `chain`, and an article of no story with neither. Raises UnknownArticle, and
    NotFound when both keys mean one article.
    """
    a, b = find_article(con, key_a), find_article(con, key_b)
    if a.article_id == b.article_id:
        raise NotFound(f"{key_a} and {key_b} are the same article")
    links = _rows(con, LinkRow, "pair_links", a=a.article_id, b=b.article_id)
    if a.story_id is not None and a.story_id == b.story_id:
        return PairDetail(a=a, b=b, links=links, chain=_chain(con, a.article_id, b.article_id))
    if a.story_id is None or b.story_id is None:
        return PairDetail(a=a, b=b, links=links)
    means = con.execute(
        statement("queries", "story_means").sql, {"a": a.story_id, "b": b.story_id}
    ).fetchall()[0]
    inside_a, inside_b, between, needed, span_days = means
    parted = _rows(con, LinkRow, "parted_stories", a=a.story_id, b=b.story_id)
    return PairDetail(
        a=a,
        b=b,
        links=links,
        inside_a=inside_a,
        inside_b=inside_b,
        between=between,
        needed=needed,
        parted=parted[0] if parted else None,
        span_days=span_days,
    )


def explain_in_story(con: DuckDBPyConnection, article_key: str, story_key: str) -> PairDetail:
    """Return an article and the report of a story with the highest stored score to it, with the evidence on the pair.

    See `explain_pair` for the evidence. Any link counts, ties go to the smaller id; without one it is the story's
    canonical article. Raises UnknownArticle, UnknownStory, and NotFound when that is the article itself.
    """
    article, story = find_article(con, article_key), show_story(con, story_key).story
    nearest = con.execute(
        statement("queries", "nearest_member").sql,
        {"article_id": article.article_id, "story_id": story.story_id},
    ).fetchall()
    return explain_pair(con, article.article_id, nearest[0][0] if nearest else story.canonical_article_id)


def _names(articles: Mapping[str, Sequence[str | None]]) -> dict[str, str]:
    """Return a name for each article (ids): its outlet, or else its headline, where that names one of them alone."""
    for names in zip(*articles.values(), strict=True):
        if None not in names and len({*names}) == len(names):
            return dict(zip(articles, map(str, names), strict=True))
    return {article: article for article in articles}


def _chain(con: DuckDBPyConnection, a: str, b: str) -> tuple[ChainStep, ...]:
    """Return the steps from one article of a story to another, over the members that they hang on."""
    rows = con.execute(statement("queries", "chain").sql, {"a": a, "b": b}).fetchall()
    names = _names({row[1]: (row[3], row[2] and f"“{row[2]}”") for row in rows})
    sides = {
        side: [
            ChainStep(
                article_id=article,
                name=names[article],
                via_article_id=via,
                via_name=names[via],
                decided_by=decided_by or "score",
                score=score,
            )
            for which, article, _, _, via, decided_by, score in rows
            if which == side and via is not None
        ]
        for side in ("a", "b")
    }
    shared = {step.article_id for step in sides["a"]} & {step.article_id for step in sides["b"]}
    up, down = ([step for step in sides[side] if step.article_id not in shared] for side in ("a", "b"))
    return (*up, *down[::-1])


def list_runs(con: DuckDBPyConnection, *, limit: int = 20) -> list[RunRow]:
    """Return at most `limit` runs of any command and status, the latest first."""
    return _rows(con, RunRow, "runs", limit=limit)


def list_quality(con: DuckDBPyConnection, *, limit: int = 21) -> list[RunQuality]:
    """Return the quality of the documents of the last `limit` finished ingest runs, the latest run first.

    Runs whose documents were all unchanged are left out and do not count. rejected_ratio is of the other documents; all
    else is of the articles whose current version the run brought.
    """
    return _rows(con, RunQuality, "run_quality", limit=limit)


def story_urls(con: DuckDBPyConnection, story_ids: Sequence[str]) -> dict[str, str]:
    """Return the address of the canonical article of each of these stories, by story id.

    Stories without one, and ids of no current story, are left out.
    """
    return dict(
        con.execute(
            "SELECT story_id, url FROM stories WHERE list_contains(?, story_id) AND url IS NOT NULL",
            [list(story_ids)],
        ).fetchall()
    )


def about(con: DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Return the published file's description of itself, by topic (file, count, cite, table or macro) and name."""
    found = con.execute(statement("queries", "about").sql).fetchall()
    return {(topic, name): value for topic, name, value in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """The result of `run_sql`, as rows or as Arrow batches; each of the two runs the query."""

    con: DuckDBPyConnection
    sql: str
    names: list[str]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Run the query and yield its rows in its order; at most 1,000 are held at a time.

        `con` has to stay open meanwhile. Raises BadQuery for an error in the data, Damaged, DiskFull or StorageFailed.
        """
        with query_errors():
            answer = self.con.cursor().execute(self.sql)
            while piece := answer.fetchmany(FETCH_ROWS):
                yield from piece

    def batches(self) -> pa.RecordBatchReader:
        """Run the query and return its rows as a stream of Arrow batches; `con` has to stay open until it is read.

        Errors before the first row are BadQuery, Damaged, DiskFull or StorageFailed, later ones OSError of the stream.
        """
        with query_errors():
            return self.con.cursor().sql(self.sql).to_arrow_reader()


@contextmanager
def query_errors() -> Iterator[None]:
    """Turn DuckDB's errors in the block into BadQuery, with the reason in one line.

    Damage becomes Damaged, lack of memory or disk space DiskFull, and an error of the file system StorageFailed; all
    other errors are raised as they are.
    """
    import duckdb

    try:
        with engine_errors(advice=REPUBLISH):
            yield
    except duckdb.Error as error:
        raise BadQuery(_first_lines(str(error))) from error


def run_sql(con: DuckDBPyConnection, sql: str) -> QueryResult:
    """Check and plan one read-only query on a connection from `open_published`; the returned result runs it.

    The connection itself is sealed (no files, extensions or settings). Raises BadQuery, with the reason in one line,
    for SQL that is wrong, for more or fewer than one statement, and for any but SELECT and what DuckDB treats as one
    (FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE), or EXPLAIN of it; also Damaged, DiskFull and StorageFailed. Parameters
    have no values here.
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
    found = con.execute(statement("queries", query).sql, {"key": key}).fetchall() if key else []
    if not found:
        raise unknown(f"no {what} has the id, or an id beginning with, {key!r}")
    if len(found) > 1 and found[0][0] != key.lower():
        raise unknown(_ambiguous(key, what, found))
    return str(found[0][0])


def _ambiguous(key: str, what: str, found: Sequence[tuple[str, str]]) -> str:
    """Say what a key is of which two things, given as (id, what the key is of it)."""
    (first, meaning), (second, other) = found
    if meaning != other:
        return f"{key!r} is {meaning} of {what} {first} and {other} of {what} {second}: give the whole id"
    if meaning == "the beginning of the id":
        return f"{key!r} is the beginning of more than one {what} id ({first}, {second}, …): add digits"
    return f"{key!r} is {meaning} of more than one {what} ({first}, {second}, …): give the id of one"


def _rows(con: DuckDBPyConnection, row: type[Row], query: str, **values: object) -> list[Row]:
    return _select(con, row, statement("queries", query).sql, **values)


def _select(con: DuckDBPyConnection, row: type[Row], sql: str, **values: object) -> list[Row]:
    wanted = [field.name for field in fields(row)]  # type: ignore[arg-type]
    return [row(**{name: found[name] for name in wanted}) for found in rows_by_name(con, sql, values)]
