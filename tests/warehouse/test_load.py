"""Loading: what is current does not depend on order, twice is once, and every document is accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse_samples import NOON, ask, ingest, number, rejection, sample
from transforms.types import Article, Precision, Timestamp
from warehouse.batch_schemas import article_row, article_schema, file_schema, to_batch
from warehouse.checks import run_checks
from warehouse.connection import open_working
from warehouse.errors import CheckFailed
from warehouse.load import known_files, record_files

CURRENT = "SELECT article_id, version, content_hash, published_at, title, text FROM articles ORDER BY ALL"
OLDER = "SELECT article_id, version, content_hash, published_at, text FROM article_versions ORDER BY ALL"
ROWS = """
SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM article_versions), (SELECT count(*) FROM documents),
       (SELECT count(*) FROM files), (SELECT count(*) FROM stories)
"""


def test_a_page_is_stored_as_it_came(tmp_path: Path) -> None:
    article = Article(
        article_id=2**64 - 1,
        document_id=7,
        source_ref="/inbox/ferry.html",
        title="Fähre “Möwe” bleibt",
        text="Erste Zeile.\nZweite – 'Zeile'; -- kein SQL",
        lead="Erste Zeile.",
        published=Timestamp(at=NOON, precision=Precision.MINUTE, zone="+01:00", source="json-ld"),
        authors=("Ina Moor", "Bo'Lee"),
        content_hash=2**63,
        field_sources=(("title", "h1"),),
    )
    ingest(tmp_path, [article_row(article, format="html", sha256="ab", size=3)])
    ((title, text, authors, at, sources, article_id),) = ask(
        tmp_path, "SELECT title, text, authors, published_at, field_sources, article_id FROM articles"
    )
    assert (title, text, authors) == (article.title, article.text, list(article.authors))
    assert (at, sources, article_id) == (NOON, {"title": "h1"}, 2**64 - 1)


def test_the_second_time_changes_nothing(tmp_path: Path) -> None:
    articles = [
        sample("a"),
        sample("b", url=None, canonical_url=None, sha256="11"),
        sample("c", url=None, canonical_url=None, sha256="11"),
        sample("a", "The ferry sailed after all.", published_at=NOON + timedelta(hours=1)),
    ]
    rejections = [rejection("x"), rejection("y", "binary", "skipped")]
    first = ingest(tmp_path, articles, rejections)
    rows, current = ask(tmp_path, ROWS), ask(tmp_path, CURRENT)
    second = ingest(tmp_path, articles, rejections, day=1)
    assert first.dispositions == {
        "loaded": 2,
        "new_version": 1,
        "duplicate_file": 1,
        "rejected": 1,
        "skipped": 1,
    }
    assert second.dispositions == {"unchanged": 6}
    assert len(second.new_ids) == len(second.changed_ids) == 0
    assert ask(tmp_path, ROWS) == rows
    assert ask(tmp_path, CURRENT) == current


@pytest.mark.slow
def test_the_version_with_the_latest_date_is_current_and_the_others_are_kept(tmp_path: Path) -> None:
    late = sample("a", "Second thoughts.", published_at=NOON + timedelta(hours=2))
    early = sample("a", "First words.", published_at=NOON)
    middle = sample("a", "A correction.", published_at=NOON + timedelta(hours=1))
    assert ingest(tmp_path, [late]).new_ids.tolist() == [late["article_id"]]
    assert ingest(tmp_path, [early], day=1).dispositions == {"new_version": 1}
    result = ingest(tmp_path, [middle], day=2)
    assert result.dispositions == {"new_version": 1}
    assert result.changed_ids.tolist() == []  # what is current did not change
    assert [(row[1], row[5]) for row in ask(tmp_path, CURRENT)] == [(3, "Second thoughts.")]
    assert [(row[1], row[4]) for row in ask(tmp_path, OLDER)] == [(1, "First words."), (2, "A correction.")]
    latest = sample("a", "Third thoughts.", updated_at=NOON + timedelta(hours=3))
    assert ingest(tmp_path, [latest], day=3).changed_ids.tolist() == [late["article_id"]]
    assert ask(tmp_path, "SELECT text, version, first_seen_at FROM articles") == [
        ("Third thoughts.", 4, NOON)
    ]


VERSIONS = [
    sample("a", "Short."),
    sample("a", "Somewhat longer text."),
    sample("a", "Later.", updated_at=NOON + timedelta(hours=1)),
    sample("a", "Undated.", published_at=None, published_precision="none"),
    sample("a", "Short.", source_ref="/inbox/again.html", published_at=NOON + timedelta(hours=3)),
    sample("b", "Another article."),
    sample("b", "Another article!", published_at=NOON - timedelta(days=1)),
    sample("c", "No address.", url=None, canonical_url=None, sha256="22"),
    sample("c", "No address.", url=None, canonical_url=None, sha256="22", source_ref="/inbox/c2.html"),
]


def outcome(batches: Sequence[Sequence[dict[str, Any]]]) -> tuple[list[Any], list[Any], int]:
    """Load batches into a new home and return what is there, and how many documents were accounted for."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        count = 0
        for day, batch in enumerate(batches):
            count += sum(ingest(home, batch, day=day).dispositions.values())
        return ask(home, CURRENT), ask(home, OLDER), count


@pytest.fixture(scope="module")
def expected() -> tuple[list[Any], list[Any], int]:
    """What all versions at once give."""
    return outcome([VERSIONS])


@settings(max_examples=3, deadline=None)
@given(order=st.permutations(VERSIONS), cut=st.integers(0, len(VERSIONS)))
def test_any_order_and_any_cutting_end_the_same(
    expected: tuple[list[Any], list[Any], int], order: list[dict[str, Any]], cut: int
) -> None:
    assert outcome([order[:cut], order[cut:]]) == expected
    assert expected[2] == len(VERSIONS)


def test_a_document_that_comes_readable_later_is_loaded(tmp_path: Path) -> None:
    ingest(tmp_path, [], [rejection("a.html", "truncated")])
    assert ingest(tmp_path, [sample("a")], day=1).dispositions == {"loaded": 1}
    assert ingest(tmp_path, [], [rejection("a.html", "binary")], day=2).dispositions == {"rejected": 1}
    seen = ask(tmp_path, "SELECT disposition, reason FROM latest_documents ORDER BY ALL")
    assert seen == [("loaded", None), ("rejected", "binary")]


def test_a_deferred_document_is_counted_each_time_and_written_once(tmp_path: Path) -> None:
    for day in range(3):
        report = ingest(tmp_path, [], [rejection("late.html", "still_written", "deferred")], day=day)
        assert report.dispositions == {"deferred": 1}
    assert ask(tmp_path, "SELECT count(*) FROM documents") == [(1,)]


def test_what_was_erased_does_not_come_back(tmp_path: Path) -> None:
    gone = [
        sample("by-id"),
        sample("by-content"),
        sample("by-url"),
        sample("by-outlet", publisher="Gone Gazette"),
    ]
    with open_working(tmp_path, purpose="test") as con:
        con.executemany(
            "INSERT INTO tombstones VALUES (?, ?, ?, 'someone', NULL)",
            [
                (gone[0]["article_id"], "article", NOON),
                (gone[1]["content_hash"], "content", NOON),
            ],
        )
        con.execute(
            "INSERT INTO tombstones SELECT md5_number_lower(?), 'url', ?, 'someone', NULL",
            [gone[2]["url"], NOON],
        )
        con.execute(
            "INSERT INTO tombstones SELECT md5_number_lower('gone gazette'), 'publisher', ?, 'someone', NULL",
            [NOON],
        )
    assert ingest(tmp_path, [*gone, sample("stays")]).dispositions == {"erased": 4, "loaded": 1}
    assert ask(tmp_path, "SELECT title FROM articles") == [("Headline of stays",)]
    assert ingest(tmp_path, gone, day=1).dispositions == {"unchanged": 4}


def test_one_document_twice_in_a_batch_counts_twice_and_loads_once(tmp_path: Path) -> None:
    assert ingest(tmp_path, [sample("a"), sample("a")]).dispositions == {"loaded": 1, "unchanged": 1}


def test_an_empty_batch_is_a_run_too(tmp_path: Path) -> None:
    assert ingest(tmp_path).dispositions == {}
    assert ask(tmp_path, "SELECT status, documents FROM runs") == [("done", 0)]


def test_files_are_known_by_time_or_by_bytes(tmp_path: Path) -> None:
    def file(name: str, mtime_ns: int, sha256: str | None = None) -> dict[str, Any]:
        return {
            "source_ref": name,
            "size": 10,
            "mtime_ns": mtime_ns,
            "sha256": sha256,
            "format": "html",
            "documents": 2,
        }

    for day, stored in enumerate([file("a", 1, "s1"), file("a", 2, "s1")]):  # touched, not changed
        with open_working(tmp_path, purpose="test") as con:
            record_files(con, f"run{day}", to_batch([stored, file("b", 5, "s2")], file_schema()), now=NOON)
    with open_working(tmp_path, purpose="test") as con:
        seen = [file("a", 2), file("b", 6, "s2"), file("b", 6, "other"), file("c", 1, "s1"), file("a", 1)]
        looked = to_batch(seen, file_schema())
        known = known_files(con, looked).to_pylist()
        assert sorted((row["source_ref"], row["known_by"], row["documents"]) for row in known) == [
            ("a", "stat", 2),
            ("b", "sha256", 2),
        ]
        assert con.execute("SELECT count(*) FROM files").fetchall() == [(2,)]
        assert all(result.passes for result in run_checks(con, deep=True))


def test_a_failed_check_rolls_the_load_back(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")])
    before = ask(tmp_path, ROWS)
    with (
        pytest.raises(CheckFailed, match="article_in_one_story"),
        open_working(tmp_path, purpose="test") as con,
    ):
        con.execute("BEGIN")
        con.execute(
            "INSERT INTO story_articles (story_id, article_id, role, joined_at) "
            "SELECT 1, article_id, 'report', now()::TIMESTAMP FROM articles"
        )
        from warehouse.checks import enforce_checks

        enforce_checks(con)
    assert ask(tmp_path, ROWS) == before


def test_a_large_batch_returns_every_new_id_in_order(tmp_path: Path) -> None:
    rows = [sample(f"n{n}", f"Report number {n} from the port.") for n in range(2000)]
    result = ingest(tmp_path, rows)
    assert result.dispositions == {"loaded": 2000}
    assert result.new_ids.tolist() == sorted(number("article", f"n{n}") for n in range(2000))
    assert to_batch(rows, article_schema()).num_rows == 2000
