"""Erasure and retention: what goes is gone from every byte of the home, what stays is consistent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.warehouse_samples import NOON, ask, fold_alone, ingest, number, sample
from warehouse.checks import enforce_checks, run_checks
from warehouse.compaction import compact, scrub, scrub_recorded
from warehouse.connection import open_published, open_working, spool_path, transaction
from warehouse.erase import drop_texts, drop_unfolded, erase_articles, find_erasable
from warehouse.errors import UnknownArticle
from warehouse.publish import publish
from warehouse.runs import RunOutcome, begin_run, finish_run

SECRET = "Zwölf Lotsen verließen heimlich den Kutter Quastenflosser."


def join(home: Path, first: str, second: str) -> None:
    """Put the second article into the story of the first, as a fold would."""
    a, b = number("article", first), number("article", second)
    with open_working(home, purpose="test") as con:
        con.execute("UPDATE story_articles SET story_id = ?, role = 'report' WHERE article_id = ?", [a, b])
        con.execute("UPDATE stories SET article_count = 2 WHERE story_id = ?", [a])
        con.execute("DELETE FROM stories WHERE story_id = ?", [b])
        con.execute(
            "INSERT INTO story_events (story_id, event, other_story_id, article_count, happened_at, run_id) "
            "VALUES (?, 'redirected', ?, NULL, ?, 'r')",
            [b, a, NOON],
        )
        con.execute(
            "INSERT INTO links VALUES (?, ?, 'same_story', 0.5, 'passes', 0.3, ?, 'm', 'r', ?)",
            [min(a, b), max(a, b), {"body": 0.5}, NOON],
        )
        con.execute("INSERT INTO profiles SELECT article_id, 'm', encode(title) FROM articles")
        con.execute("INSERT INTO signatures SELECT article_id, [1, 2], content_hash FROM articles")
        con.execute("INSERT INTO bands SELECT 1, article_id FROM articles")
        con.execute("INSERT INTO story_keys SELECT 1, article_id, NULL FROM articles")
        assert [check.describe() for check in run_checks(con, deep=True) if not check.passes] == []


def erase(home: Path, key: str, day: int = 9) -> int:
    """Erase by key in a run of its own, as the command does."""
    now = NOON + timedelta(days=day)
    with scrub_recorded(home), open_working(home, purpose="erase") as con:
        run_id = begin_run(con, command="erase", settings={}, versions={}, now=now)
        ids, is_publisher = find_erasable(con, key)
        with transaction(con):
            removed = erase_articles(
                con, run_id, ids, by="ina", why="asked", now=now, publisher=key if is_publisher else None
            )
            counts = {"erased": removed.documents}
            finish_run(con, run_id, RunOutcome(documents=removed.documents, dispositions=counts), now=now)
            enforce_checks(con)
    scrub(home, now=now)
    return removed.articles


def holding(home: Path, *needles: str) -> list[str]:
    """Return the files of a home in which any of these bytes stand."""
    wanted = [needle.encode() for needle in needles]
    return [
        str(path)
        for path in home.rglob("*")
        if path.is_file() and any(n in path.read_bytes() for n in wanted)
    ]


@pytest.mark.slow
def test_no_byte_of_an_erased_article_is_left(tmp_path: Path) -> None:
    old = sample("pilots", SECRET + " Erste Fassung.", title="Lotsen weg", publisher="Kutterblatt")
    new = sample(
        "pilots", SECRET, title="Lotsen fort", publisher="Kutterblatt", updated_at=NOON + timedelta(hours=1)
    )
    ingest(tmp_path, [old, sample("other"), sample("third")], is_published=True)
    ingest(tmp_path, [new], day=1, is_published=True)
    join(tmp_path, "pilots", "other")
    ingest(tmp_path, day=2, is_published=True)
    ingest(tmp_path, day=3, is_published=True)
    (spool_path(tmp_path) / "cache").mkdir()
    (spool_path(tmp_path) / "cache" / "page.html").write_text(SECRET)
    marks = ("Quastenflosser", "quastenflosser", "Lotsen weg", "Lotsen fort", "Kutterblatt")
    assert len(holding(tmp_path, *marks)) > 2  # the search finds what it looks for
    assert erase(tmp_path, old["url"]) == 1
    assert holding(tmp_path, *marks) == []

    assert ask(
        tmp_path,
        f"SELECT title, article_count, key_terms FROM stories WHERE story_id = {number('article', 'pilots')}",
    ) == [("Headline of other", 1, [])]
    con = open_published(tmp_path)
    assert con.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
    assert con.execute("SELECT DISTINCT disposition FROM documents WHERE article_id IS NULL").fetchall() == [
        ("erased",)
    ]
    con.close()
    assert ingest(tmp_path, [old, new], day=10).dispositions == {"unchanged": 2}
    moved = sample("elsewhere", SECRET, title="Lotsen fort", content_hash=new["content_hash"])
    assert ingest(tmp_path, [moved], day=11).dispositions == {"erased": 1}


@pytest.mark.slow
def test_a_publisher_goes_as_a_whole_and_stays_out(tmp_path: Path) -> None:
    ingest(
        tmp_path, [sample("a", publisher="Kutterblatt"), sample("b", publisher="kutterblatt"), sample("c")]
    )
    assert erase(tmp_path, "Kutterblatt") == 2
    assert ask(tmp_path, "SELECT title FROM articles") == [("Headline of c",)]
    assert ingest(tmp_path, [sample("new", publisher="KUTTERBLATT")], day=10).dispositions == {"erased": 1}
    with open_working(tmp_path, purpose="test") as con, pytest.raises(UnknownArticle, match="nobody"):
        find_erasable(con, "nobody")


@pytest.mark.slow
def test_old_texts_and_old_lone_articles_go_by_age(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a", SECRET), sample("b"), sample("lone", "A lone voice.")])
    ingest(tmp_path, [sample("a", SECRET + " Neu.", updated_at=NOON + timedelta(hours=1))], day=1)
    join(tmp_path, "a", "b")
    ingest(tmp_path, [sample("fresh")], day=20, is_published=True)
    now = NOON + timedelta(days=21)
    with open_working(tmp_path, purpose="maintain") as con:
        run_id = begin_run(con, command="maintain", settings={}, versions={}, now=now)
        with transaction(con):
            assert drop_unfolded(con, run_id, older_than=timedelta(days=10), now=now).articles == 1
            assert drop_texts(con, older_than=timedelta(days=10), now=now) == 2
            finish_run(con, run_id, RunOutcome(), now=now)
            enforce_checks(con)
    scrub(tmp_path, now=now)
    assert holding(tmp_path, "Quastenflosser", "A lone voice") == []
    assert ask(tmp_path, "SELECT title, text <> '' FROM articles ORDER BY title") == [
        ("Headline of a", False),
        ("Headline of b", False),
        ("Headline of fresh", True),
    ]
    assert ingest(tmp_path, [sample("lone", "A lone voice.")], day=22).dispositions == {"loaded": 1}


@pytest.mark.slow
def test_compaction_gives_room_back_and_changes_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    texts = [noise.bytes(3000).hex() for _ in range(300)]
    for day in range(2):
        ingest(
            tmp_path,
            [sample(f"n{n}", text, updated_at=NOON + timedelta(days=day)) for n, text in enumerate(texts)],
            day=day,
        )
        with open_working(tmp_path, purpose="test") as con:
            con.execute("UPDATE articles SET content_hash = content_hash + 1")
    with open_working(tmp_path, purpose="test") as con:
        con.execute("DELETE FROM articles WHERE article_id % 2 = 0")
    rows = ask(tmp_path, "FROM articles ORDER BY article_id"), ask(tmp_path, "FROM documents ORDER BY ALL")
    comments = ask(tmp_path, "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL")
    before, after = compact(tmp_path)
    assert after < before * 0.8
    assert (
        ask(tmp_path, "FROM articles ORDER BY article_id"),
        ask(tmp_path, "FROM documents ORDER BY ALL"),
    ) == rows
    assert ask(tmp_path, "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL") == comments
    with open_working(tmp_path, purpose="test") as con:
        fold_alone(con, "r", NOON)
        publish(con, tmp_path, now=NOON)


def test_a_lead_goes_by_age_where_there_is_no_text(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("teaser", "", lead=SECRET), sample("bare", "", lead="")])
    with open_working(tmp_path, purpose="maintain") as con, transaction(con):
        assert drop_texts(con, older_than=timedelta(days=1), now=NOON + timedelta(days=2)) == 1
        assert drop_texts(con, older_than=timedelta(days=1), now=NOON + timedelta(days=2)) == 0
        assert con.execute("SELECT DISTINCT lead FROM articles").fetchall() == [("",)]
