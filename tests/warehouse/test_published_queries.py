"""Questions to the published file: by every kind of key, in words when wrong, and with no way to write or to leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from benchmarks.queries import ask_for_what_is_there, read_queries
from tests.warehouse_samples import NOON, ingest, number, sample
from transforms.types import format_id
from warehouse.connection import open_published, open_working, published_path
from warehouse.errors import BadQuery, NotFound, UnknownArticle, UnknownStory
from warehouse.publish import publish
from warehouse.published_queries import (
    about,
    explain_pair,
    find_article,
    list_runs,
    list_stories,
    list_versions,
    run_sql,
    search_stories,
    show_story,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FERRY, TRAM = format_id(number("article", "ferry")), format_id(number("article", "tram"))
OLD_STORY = format_id(77)
QUERIES = read_queries()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published home with two linked articles, one of them in two versions."""
    home = tmp_path_factory.mktemp("home")
    ingest(home, [sample("ferry", external_id="X-1"), sample("tram", publisher="Tram Times", language="fr")])
    ingest(
        home, [sample("ferry", "It sails.", external_id="X-1", updated_at=NOON + timedelta(hours=1))], day=1
    )
    with open_working(home, purpose="test") as con:
        a, b = sorted([number("article", "ferry"), number("article", "tram")])
        con.execute(
            "INSERT INTO links VALUES (?, ?, 'same_story', 0.2, 'falls_short', 0.3, '{\"time\": 1}', 'm', 'r', ?)",
            [a, b, NOON],
        )
        con.execute(
            "INSERT INTO story_events (story_id, event, other_story_id, article_count, happened_at, run_id) "
            "VALUES (77, 'redirected', ?, NULL, ?, 'r')",
            [number("article", "ferry"), NOON],
        )
        publish(con, home, now=NOON)
    return home


@pytest.fixture
def con(home: Path) -> Iterator[DuckDBPyConnection]:
    """The published file."""
    with open_published(home) as con:
        yield con


@pytest.mark.parametrize("question", QUERIES)
def test_the_readmes_queries_answer(con: DuckDBPyConnection, question: str) -> None:
    assert con.sql(ask_for_what_is_there(con, QUERIES[question])).columns


def test_the_readme_asks_ten_questions() -> None:
    assert len(QUERIES) == 10


def test_stories_are_listed_found_and_shown(con: DuckDBPyConnection) -> None:
    assert {story.story_id for story in list_stories(con)} == {FERRY, TRAM}
    assert [story.story_id for story in list_stories(con, publisher="Tram Times")] == [TRAM]
    assert [story.story_id for story in list_stories(con, language="fr", since=NOON)] == [TRAM]
    assert list_stories(con, min_articles=2) == list_stories(con, until=NOON) == []
    assert [story.story_id for story in search_stories(con, "times headline")] == [TRAM]
    every = search_stories(con, "headline")
    for conditions in (
        {"publisher": "Tram Times"}, {"language": "fr", "since": NOON}, {"min_articles": 2}, {"until": NOON},
    ):  # fmt: skip
        listed = {story.story_id for story in list_stories(con, **conditions)}
        kept = [story for story in every if story.story_id in listed]
        assert search_stories(con, "headline", **conditions) == kept
        assert search_stories(con, "headline", limit=1, **conditions) == kept[:1]
    shown = show_story(con, FERRY[:6])
    assert [(member.article_id, member.role) for member in shown.members] == [(FERRY, "canonical")]
    assert "born" in {event.event for event in shown.events}
    assert show_story(con, OLD_STORY).story.story_id == FERRY
    with pytest.raises(UnknownStory, match="'zzzz'"):
        show_story(con, "zzzz")


@pytest.mark.parametrize("key", [FERRY, FERRY[:8], FERRY.upper(), "X-1", "https://harbour.example/ferry"])
def test_an_article_is_found_by_any_of_its_keys(con: DuckDBPyConnection, key: str) -> None:
    assert find_article(con, key).article_id == FERRY


def test_versions_and_evidence_are_returned(con: DuckDBPyConnection) -> None:
    assert [(version.version, version.text) for version in list_versions(con, FERRY)][-1] == (2, "It sails.")
    pair = explain_pair(con, TRAM, "X-1")
    (link,) = pair.links
    assert (link.decision, link.features, round(link.threshold or 0, 3)) == (
        "falls_short",
        '{"time":1.0}',
        0.3,
    )
    assert not pair.is_same_story
    assert not pair.is_copy
    with pytest.raises(NotFound, match="same article"):
        explain_pair(con, FERRY, "X-1")
    for key in ("", "zz", "https://elsewhere.example"):
        with pytest.raises(UnknownArticle):
            find_article(con, key)
    assert [run.dispositions for run in list_runs(con, limit=1)] == [{"new_version": 1}]
    assert about(con)["count", "articles"] == "2"


def test_a_free_query_gives_rows_and_arrow(con: DuckDBPyConnection) -> None:
    result = run_sql(con, "SELECT title, version FROM articles ORDER BY title -- a remark")
    assert result.names == ["title", "version"]
    assert list(result.rows()) == [("Headline of ferry", 2), ("Headline of tram", 1)]
    assert result.batches().read_all().num_rows == 2
    for question in (
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "SHOW TABLES",
        "DESCRIBE articles",
        "SUMMARIZE stories",
    ):
        assert list(run_sql(con, question).rows())


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT 1; SELECT 2",
        "SELEC 1",
        "SELECT nope FROM articles",
        "DELETE FROM articles",
        "CREATE TABLE t (a INT)",
        "COPY articles TO '{folder}/out.csv'",
        "COPY articles TO '{published}'",
        "EXPLAIN ANALYZE COPY articles TO '{published}'",
        "/* */ EXPLAIN ANALYZE COPY articles TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/working.duckdb' AS w",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1GB'",
        "PRAGMA enable_profiling",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('{folder}/working.lock')",
        "FROM '{folder}/manifest.json'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT getenv('HOME')",
        "FROM query('COPY articles TO ''{folder}/out.csv''')",
        "FROM home",
        "CALL pragma_version()",
        "CHECKPOINT",
    ],
)
def test_what_is_not_a_question_is_refused_in_one_line(con: DuckDBPyConnection, home: Path, sql: str) -> None:
    before = published_path(home).read_bytes()
    names = {path.name for path in home.iterdir()}
    with pytest.raises(BadQuery) as caught:
        list(run_sql(con, sql.format(folder=home, published=published_path(home))).rows())
    assert "\n" not in str(caught.value)
    assert published_path(home).read_bytes() == before
    assert {path.name for path in home.iterdir()} == names


def test_the_connection_itself_is_sealed(con: DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error):
        con.execute("DELETE FROM articles")
    with pytest.raises(duckdb.Error):
        con.execute("SET enable_external_access = true")


def test_an_ambiguous_key_is_named_by_what_it_is(tmp_path: Path) -> None:
    page = "https://harbour.example/page"
    ingest(
        tmp_path,
        [
            sample("one", article_id=0xABC0 << 48, external_id="X", url=page, title="One"),
            sample("two", article_id=0xABD0 << 48, external_id="X", url=page, title="Two"),
            sample("three", article_id=0x1 << 60, external_id="abc"),
            sample("gone", withdrawn_at=NOON),
        ],
        is_published=True,
    )
    with open_published(tmp_path) as con:
        for key, message in (
            ("ab", "beginning of more than one article id .*: add digits"),
            ("X", "external id of more than one article .*: give the id of one"),
            (page, "address of more than one article .*: give the id of one"),
            ("abc", "external id of article 1000.* beginning of the id of article abc0"),
        ):
            with pytest.raises(UnknownArticle, match=message):
                find_article(con, key)
        withdrawn = list_versions(con, format_id(number("article", "gone")))
    assert [(version.title, version.text) for version in withdrawn] == [("", "")]
