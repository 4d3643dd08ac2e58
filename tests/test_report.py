"""What people read of a run: slow sources, what is unlike before, failures in plain words, nothing hostile."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import pytest

from flows.engine import TaskError
from flows.mishaps import can_pass, describe, explain
from flows.report import RunReport, as_link, as_text, markdown_report, quality_rows, source_rows
from flows.settings import SettingsError
from tests.warehouse_samples import NOON, ingest, sample
from warehouse.connection import open_published, open_working
from warehouse.errors import Busy, CheckFailed, Damaged, DiskFull, Holder, NewerSchema
from warehouse.publish import publish
from warehouse.queries import list_quality, story_urls
from warehouse.rows import RunQuality

EVIL = "</script>[x](javascript:alert(1)) | `code` <img src=x>"
FULL = OSError(errno.ENOSPC, "No space left on device")


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
    return {row["measure"]: row for row in quality_rows(runs)}


def test_a_measure_beyond_all_before_is_remarked() -> None:
    before = [quality(n, 0.01 * n) for n in range(20)]
    told = rows(quality(20, 0.5, 30.0), *before)
    assert told["share rejected"]["remark"] == "above the last 20 runs"
    assert (told["share rejected"]["lowest"], told["share rejected"]["highest"]) == (0.0, 0.19)
    assert told["median words an article"]["remark"] == "below the last 20 runs"
    assert told["documents"]["remark"] == ""
    page = markdown_report(RunReport(), {}, [quality(20, 0.5), *before])
    assert "share rejected: 0.5, above the last 20 runs" in page


def test_few_runs_or_none_say_nothing() -> None:
    assert rows(quality(3, 0.9), *(quality(n, 0.0) for n in range(3)))["share rejected"]["remark"] == ""
    assert rows(quality(1, 0.2, None))["median words an article"]["this run"] is None
    assert quality_rows([]) == []


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
        (told,) = list_quality(con)
        assert (told.documents, told.rejected_ratio, told.undated_ratio, told.median_words) == (
            2,
            0.0,
            0.5,
            5.0,
        )
        (story,) = con.execute("SELECT story_id FROM stories WHERE title = 'Headline of a'").fetchall()[0]
        assert story_urls(con, [story]) == {story: "https://harbour.example/a"}


@pytest.mark.parametrize(
    ("error", "passes", "words"),
    [
        (Busy(Path("w"), Holder(pid=7)), True, "process 7"),
        (DiskFull("the disk is full"), True, "make room"),
        (FULL, True, "No space left"),
        (TaskError(f"OSError: {FULL}\ntrace"), True, "out of file handles"),
        (TaskError("RuntimeError: no\ntrace"), False, "newsfold doctor"),
        (Damaged("block 3"), False, "newsfold recover"),
        (CheckFailed("c", "p", [(1,)]), False, "rolled back"),
        (NewerSchema(9, 1), False, "newer newsfold"),
        (SettingsError("workers: many"), False, "newsfold config"),
        (TimeoutError(), False, "run_seconds"),
        (KeyboardInterrupt(), False, "Ctrl-C"),
        (ZeroDivisionError("x"), False, "ZeroDivisionError: x"),
        (duckdb.TransactionException("Failed to commit: No space left on device"), False, "the disk is full"),
    ],
)
def test_a_failure_is_told_in_plain_words(error: BaseException, passes: bool, words: str) -> None:
    told = explain(error)
    assert words in " ".join(told.lines())
    assert all(told.lines())
    assert "\n" not in describe(error)
    assert can_pass(error) is passes
