"""What people read of a run: slow sources, what is unlike before, failures in plain words, nothing hostile."""

from __future__ import annotations

import html
import string
from pathlib import Path

import pytest

from flows.run_report import (
    RunReport,
    as_link,
    as_text,
    common_folders,
    in_words,
    markdown_report,
    quality_rows,
    source_rows,
)
from tests.warehouse_samples import NOON, ingest, sample
from warehouse.connection import open_published, open_working
from warehouse.publish import publish
from warehouse.published_queries import list_quality, story_urls
from warehouse.row_types import RunQuality

EVIL = "</script>[x](javascript:alert(1)) | `code` <img src=x>"


def quality(number: int, rejected: float, words: float | None = 400.0) -> RunQuality:
    return RunQuality(
        run_id=f"r{number}",
        documents=10,
        rejected_ratio=rejected,
        undated_ratio=0.0,
        nameless_ratio=0.0,
        stub_ratio=0.0,
        median_words=words,
    )


def rows(*runs: RunQuality) -> dict[str, dict[str, object]]:
    return {row["measure"]: row for row in quality_rows(runs[0].run_id, runs)}


def test_a_measure_beyond_all_before_is_remarked() -> None:
    before = [quality(n, 0.01 * n) for n in range(20)]
    result = rows(quality(20, 0.5, 30.0), *before)
    assert result["share rejected"]["remark"] == "above the last 20 runs"
    assert (result["share rejected"]["lowest"], result["share rejected"]["highest"]) == (0.0, 0.19)
    assert result["median words an article"]["remark"] == "below the last 20 runs"
    assert result["documents"]["remark"] == ""
    page = markdown_report(RunReport(run_id="r20"), {}, [quality(20, 0.5), *before])
    assert "share rejected: 0.5, above the last 20 runs" in page


def test_few_runs_or_none_say_nothing() -> None:
    assert rows(quality(3, 0.9), *(quality(n, 0.0) for n in range(3)))["share rejected"]["remark"] == ""
    assert rows(quality(1, 0.2, None))["median words an article"]["this run"] is None
    assert quality_rows("r1", []) == []


def test_a_run_that_brought_nothing_is_not_judged_by_an_older_one() -> None:
    older = [quality(20, 0.5), *(quality(n, 0.01 * n) for n in range(20))]
    assert quality_rows("r21", older) == []
    assert "Unlike before" not in markdown_report(RunReport(run_id="r21"), {}, older)


@pytest.mark.parametrize(
    ("files", "places"),
    [
        ([], []),
        (["/in/a/x.json"], ["/in/a/x.json"]),
        (["/in/a/x.json", "/in/b/y.json"], ["/in"]),
        (["s3://one/a/x.json", "s3://one/a/y.json"], ["s3://one/a"]),
        (["s3://one/a/x.json", "s3://one/b/y.json"], ["s3://one/"]),
        (["s3://one/a/x.json", "gs://one/a/x.json"], ["gs://one/a/x.json", "s3://one/a/x.json"]),
        (["s3://one/a/x", "s3://two/a/x", "s3://two/a/y"], ["s3://one/a/x", "s3://two/a"]),
        (["/in/a", "/in/b", "rel/a", "rel/b", "gs://one/a"], ["/in", "gs://one/a", "rel"]),
    ],
)
def test_files_to_read_again_are_named_wherever_they_lie(files: list[str], places: list[str]) -> None:
    assert common_folders(files) == places
    said = " ".join(in_words(RunReport(read_otherwise=files)))
    assert (f"--again {' '.join(places)}`" in said) == bool(files)


def test_the_slowest_sources_come_first() -> None:
    report = RunReport()
    report.count_seconds({"Fast Outlet": 1.0, "/inbox/slow": 5.0})
    report.count_seconds({"Fast Outlet": 3.0})
    assert source_rows(report) == [
        {"source": "/inbox/slow", "seconds": 5.0, "share": 0.556},
        {"source": "Fast Outlet", "seconds": 4.0, "share": 0.444},
    ]


def test_a_page_links_new_stories_and_runs_nothing_from_outside() -> None:
    report = RunReport(newest=[("1" * 16, 3, EVIL), ("2" * 16, 2, "Flood")])
    page = markdown_report(report, {"1" * 16: "javascript:alert(1)", "2" * 16: "https://a.example/b c)<d>"})
    assert "[Flood](<https://a.example/b%20c)%3Cd%3E>)" in page
    assert "<img" not in page
    assert "](javascript" not in page
    assert "|" not in as_text(EVIL)
    assert as_link("Flood", None) == "Flood"


def test_the_published_file_knows_what_runs_brought(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a"), sample("b", published_at=None, published_precision="none")])
    with open_working(tmp_path, purpose="test") as con:
        con.execute("UPDATE runs SET command = 'ingest'")
        publish(con, tmp_path, now=NOON)
    with open_published(tmp_path) as con:
        (result,) = list_quality(con)
        assert (result.documents, result.rejected_ratio, result.undated_ratio, result.median_words) == (
            2,
            0.0,
            0.5,
            5.0,
        )
        (story,) = con.execute("SELECT story_id FROM stories WHERE title = 'Headline of a'").fetchall()[0]
        assert story_urls(con, [story]) == {story: "https://harbour.example/a"}


@pytest.mark.parametrize(
    "text",
    [*string.punctuation, "AT&T [live]", "a_b*c* ~~d~~ <b> # 1. x", "1. one", "- two", string.punctuation],
)
def test_every_mark_reads_as_itself_once_a_page_is_rendered(text: str) -> None:
    from markdown_it import MarkdownIt

    shown = (
        MarkdownIt("commonmark").enable("table").enable("strikethrough").renderInline(f"x {as_text(text)} x")
    )
    assert html.unescape(shown) == f"x {text} x"
    assert "<" not in shown
