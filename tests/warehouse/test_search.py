"""Search in the published file: inflections, phrases, exclusions, alternatives, scripts, ranks, small steps."""

from __future__ import annotations

import math
import random
from collections import Counter
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
from warehouse import search_index
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
def test_small_steps_find_what_a_whole_index_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    for at_once in (search_index.AT_ONCE, 2):
        monkeypatch.setattr(search_index, "AT_ONCE", at_once)
        with open_working(tmp_path, purpose="test") as con:
            assert publish(con, tmp_path, now=NOON, anew=True).is_complete
        assert ask() == stepped


VOCABULARY = [f"{n}w" for n in range(40)]  # what begins with a digit keeps its ending in every language


def plain_search(texts: dict[str, tuple[str, str]], words: list[str]) -> list[tuple[str, float]]:
    """Rank the texts (headline and body by name) that have all words by BM25, the best first."""
    counts = {
        name: Counter(title.split() * 3 + body.split() + ["harbour", "post"])
        for name, (title, body) in texts.items()
    }
    average = sum(count.total() for count in counts.values()) / len(counts)
    scores = []
    for name, count in counts.items():
        score = 0.0
        for word in words:
            having = sum(word in other for other in counts.values())
            idf = math.log(1 + (len(counts) - having + 0.5) / (having + 0.5))
            often = min(255, count[word])
            score += idf * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * count.total() / average))
        if all(word in count for word in words):
            scores.append((name, score))
    return sorted(scores, key=lambda row: -row[1])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_search_ranks_as_a_plain_search_does(tmp_path: Path, seed: int) -> None:
    """Over several publications, with texts that change, and one that has a word more than 255 times."""
    rng = random.Random(seed)
    texts: dict[str, tuple[str, str]] = {"long": ("0w", "1w " * 300)}
    rows = [sample("long", texts["long"][1], title="0w", language="und")]
    for day in range(4):
        for name in {f"text {rng.randrange(80)}" for _ in range(30)}:
            title, body = (
                " ".join(rng.choices(VOCABULARY, [1 / (n + 1) for n in range(40)], k=rng.randint(1, most)))
                for most in (4, 60)
            )
            texts[name] = title, f"{body} {day}day"
            changed = NOON + timedelta(hours=day)
            rows.append(sample(name, texts[name][1], title=title, language="und", updated_at=changed))
        ingest(tmp_path, rows, day=day, is_published=True)
        rows = []
    ids = {f"{sample(name)['article_id']:016x}": name for name in texts}
    every = [*VOCABULARY, "harbour", "post", *(f"{day}day" for day in range(4))]
    with open_published(tmp_path) as con:
        for words in [*([word] for word in every), *(rng.sample(every[:12], 2) for _ in range(20))]:
            query = "SELECT article_id, score FROM search_articles(?, most := 1000)"
            answer = con.execute(query, [" ".join(words)]).fetchall()
            expected = plain_search(texts, words)
            assert [score for _, score in answer] == pytest.approx([score for _, score in expected])
            assert {ids[article]: score for article, score in answer} == pytest.approx(dict(expected))


def test_postings_of_a_publication_lie_by_frequency_and_run_forwards_and_backwards(tmp_path: Path) -> None:
    bodies = ["1w 2w 1w", "1w 1w 1w 2w", "1w 2w", "1w 2w", "1w 1w 1w 1w 2w", "1w"]
    rows = [sample(f"{n}", body, title="", publisher="") for n, body in enumerate(bodies)]
    ingest(tmp_path, rows, is_published=True)
    with open_published(tmp_path) as con:
        ((blocks,),) = con.execute("SELECT DISTINCT block_size FROM pragma_database_size()").fetchall()
        postings = con.execute(
            "SELECT p.stem_number, x.article_id, p.frequency FROM _search_postings p "
            "JOIN _search_articles x USING (number) ORDER BY p.rowid"
        ).fetchall()
        numbers = dict(con.execute("SELECT stem, stem_number FROM _search_words").fetchall())
    assert blocks == 65_536
    assert numbers == {"1w": 1, "2w": 2}  # the commonest first
    id0, id1, id2, id3, id4, id5 = (f"{row['article_id']:016x}" for row in rows)
    assert postings == [
        *((1, article, 1) for article in sorted([id2, id3, id5])),
        *((2, article, 1) for article in sorted([id0, id1, id2, id3, id4], reverse=True)),
        *((1, article, often) for article, often in sorted([(id0, 2), (id1, 3)])),
        (1, id4, 4),
    ]


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
