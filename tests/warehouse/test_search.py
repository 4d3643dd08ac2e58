"""Search in the published file: inflections, phrases, exclusions, alternatives, scripts, ranks, small steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse_samples import NOON, ingest, sample
from transforms.language.language_tables import language_table, language_tags
from transforms.language.stems import stem
from warehouse.connection import open_published, open_working
from warehouse.publish import publish
from warehouse.published_queries import search_stories

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXTS = {
    "fire": (
        "Fire at O'Brien's warehouse",
        "Flames rose over Kellan. COVID-19 rules kept crowds away.",
        "en",
    ),
    "budget": ("Parliament passes the budget", "The White House sent no one; assessors were pleased.", "en"),
    "house": ("A house painted white", "White paint, an old house, and a fire in the oven.", "en"),
    "german": ("Die Häuser am Hafen", "In den Häusern brannte Licht.", "de"),
    "russian": ("Пожары в области", "Пожарные тушили пожар.", "ru"),
    "traditional": ("臺灣總統選舉結束", "選民排隊投票。", "zh"),
    "simplified": ("学校重新开放", "学生回到课堂。", "zh"),
}


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A published file with one article a story."""
    home = tmp_path_factory.mktemp("search")
    rows = [
        sample(name, text, title=title, language=language, publisher=f"{name} gazette")
        for name, (title, text, language) in TEXTS.items()
    ]
    ingest(home, [*rows, sample("killed", "A secret fire.", withdrawn_at=NOON)], is_published=True)
    with open_published(home) as con:
        yield con


def found(con: DuckDBPyConnection, words: str, macro: str = "search_articles") -> list[str]:
    """Return which of the texts are found, the best first."""
    names = {title: name for name, (title, _, _) in TEXTS.items()}
    return [names[title] for (title,) in con.execute(f"SELECT title FROM {macro}(?)", [words]).fetchall()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("warehouses", {"fire"}),
        ("assessor", {"budget"}),
        ("obrien", {"fire"}),
        ("O’Brien", {"fire"}),
        ("covid19", {"fire"}),
        ("covid-19", {"fire"}),
        ("fire", {"fire", "house"}),
        ("fire -kellan", {"house"}),
        ("white house", {"budget", "house"}),
        ('"white house"', {"budget"}),
        ('house -"white house"', {"house"}),
        ("kellan OR parliament", {"fire", "budget"}),
        ("kellan OR parliament budget", {"budget"}),
        ("kellan AND fire", {"fire"}),
        ('"white AND house"', set()),
        ("AND", set()),
        ("parliam", {"budget"}),
        ("parl*", {"budget"}),
        ("hauser", {"german"}),
        ("пожаров", {"russian"}),
        ("台湾总统", {"traditional"}),
        ("選舉", {"traditional"}),
        ("選", {"traditional"}),
        ("學校", {"simplified"}),
        ("german gazette", {"german"}),
        ("volcano", set()),
        ("fire volcano", set()),
        ("-fire", set()),
        ("", set()),
        ('"', set()),
        ("OR", set()),
        ("secret", set()),
    ],
)
def test_what_is_asked_for_is_found(con: DuckDBPyConnection, words: str, expected: set[str]) -> None:
    assert set(found(con, words)) == expected
    assert set(found(con, words, "search_stories")) == expected


def test_the_headline_counts_most_and_the_hit_is_shown(con: DuckDBPyConnection) -> None:
    assert found(con, "fire") == ["fire", "house"]
    ((snippet,),) = con.execute("SELECT snippet FROM search_articles('assessors')").fetchall()
    assert "assessors" in snippet


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.integers(0, 60), behind=st.integers(0, 60), place=st.sampled_from(["needle", "针"]))
def test_a_snippet_is_of_whole_words_around_the_hit(
    con: DuckDBPyConnection, before: int, behind: int, place: str
) -> None:
    words = [*(f"before{n}x" for n in range(before)), place, *(f"behind{n}x" for n in range(behind))]
    (snippet,) = con.execute("SELECT search_snippet($1, $2)", [" ".join(words), place]).fetchone() or ("",)
    shown = snippet.strip("…").split(" ")
    assert place in shown
    assert words[words.index(shown[0]) :][: len(shown)] == shown
    assert snippet.startswith("…") == (shown[0] != words[0])
    assert snippet.endswith("…") == (shown[-1] != words[-1])


def test_a_snippet_of_a_script_without_spaces_is_not_lost(con: DuckDBPyConnection) -> None:
    text = "前" * 300 + "针" + "后" * 300
    (snippet,) = con.execute("SELECT search_snippet($1, '针')", [text]).fetchone() or ("",)
    assert "针" in snippet
    assert len(snippet) == 242


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab \"-*OR'()\\%学é\x00", max_size=12))
def test_any_question_has_an_answer(con: DuckDBPyConnection, words: str) -> None:
    con.execute("FROM search_stories(?)", [words]).fetchall()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet="abé ,.-\n学校", max_size=14), st.sampled_from(["a b", "b", "ab a", "e b", "学", "学校"])
)
def test_a_text_has_a_phrase_however_its_words_are_parted(
    con: DuckDBPyConnection, text: str, phrase: str
) -> None:
    rewritten = r"SELECT regexp_replace(search_folded(?), '[^\p{L}\p{N}\p{M}]+', ' ', 'g')"
    ((plain,),) = con.execute(rewritten, [text]).fetchall()
    expected = phrase in plain if phrase > "z" else f" {phrase} " in f" {plain} "
    assert con.execute("SELECT search_has(?, ?)", [text, phrase]).fetchall() == [(expected,)]


WORDS = st.text(alphabet="abdeginorstuvy", min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS, st.sampled_from(sorted(language_tags())))
def test_the_stemmer_of_search_is_that_of_stories(con: DuckDBPyConnection, word: str, language: str) -> None:
    rule = "SELECT search_stem(?, language, shortest, endings) FROM _search_rules WHERE language = ?"
    ((mine,),) = con.execute(rule, [word, language]).fetchall()
    if (len(word) > 3 or language != "en") and language_table(language).stems.endings:
        expected = stem(word, language)
        plain = con.execute("SELECT strip_accents(?)", [expected]).fetchall()[0][0]
        if all(ending.isascii() for ending in language_table(language).stems.endings):
            assert mine == plain
    assert word.startswith(mine[:-1]) or language == "en"


@pytest.mark.slow
def test_small_steps_find_what_a_whole_index_finds(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a", "An otter swam."), sample("b", "A heron stood.")], is_published=True)
    changed = sample("a", "A badger slept.", updated_at=NOON + timedelta(hours=1))
    ingest(tmp_path, [changed, sample("c", "The heron flew.")], day=1, is_published=True)
    questions = ("otter", "badger", "heron", "headline")

    def ask() -> list[list[tuple[str, float]]]:
        with open_published(tmp_path) as con:
            query = "SELECT title, round(score, 4) FROM search_articles(?) ORDER BY ALL"
            return [con.execute(query, [words]).fetchall() for words in questions]

    stepped = ask()
    assert [len(rows) for rows in stepped] == [0, 1, 2, 3]
    with open_working(tmp_path, purpose="test") as con:
        assert publish(con, tmp_path, now=NOON, anew=True).is_complete
    assert ask() == stepped


@pytest.mark.parametrize(
    ("macro", "key"), [("search_stories", "story_id"), ("search_articles", "article_id")]
)
def test_a_longer_answer_begins_with_the_shorter_one(tmp_path: Path, macro: str, key: str) -> None:
    days = {"a": 5, "b": 9, "c": None, "d": 2, "e": 7}
    rows = [
        sample(
            name,
            title="Ferry",
            published_at=None if day is None else NOON + timedelta(days=day),
            content_hash=n,
        )
        for n, (name, day) in enumerate(days.items())
    ]
    ingest(tmp_path, rows, is_published=True)
    with open_published(tmp_path) as con:
        answers = [
            [one for (one,) in con.execute(f"SELECT {key} FROM {macro}('ferry', most := {most})").fetchall()]
            for most in range(1, 6)
        ]
        pages = [search_stories(con, "ferry", limit=1, offset=offset)[0].story_id for offset in range(5)]
    assert all(answer == answers[-1][: len(answer)] for answer in answers)
    assert len(set(pages)) == 5
