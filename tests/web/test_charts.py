"""The pictures of the pages as pure functions: what is marked, and what a row of a picture counts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from markupsafe import escape

from web.charts import draw_funnel, draw_matrix, draw_timeline, draw_trend, mark_shared
from web.text_comparison import names_in


@pytest.mark.parametrize("space", [" ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000"])
def test_a_shared_word_is_marked_beside_white_space_of_any_kind(space: str) -> None:
    text = f"In{space}Tokyo.{space}The <b>{space}end"
    marked = mark_shared(text, ["tokyo"])
    assert "<mark>Tokyo.</mark>" in marked
    assert marked.replace("<mark>", "").replace("</mark>", "") == escape(text)


def test_two_stories_of_one_headline_are_two_rows_of_their_own_counts() -> None:
    rows = {"s1": "Same", "s2": "Same", "s3": None}
    picture = draw_matrix(rows, ["Outlet"], {("s1", "Outlet"): 1, ("s2", "Outlet"): 7})
    assert picture.count(">Same<") == 2
    assert "(no headline)" in picture
    assert [count for count in (1, 7) if f"Outlet: {count}<" in picture] == [1, 7]


def test_a_label_that_is_cut_keeps_its_direction_and_the_last_time_is_whole() -> None:
    cut = draw_matrix({"s": "ש" * 40, "t": "short"}, ["Outlet"], {})
    assert f">\u2068{'ש' * 31}…\u2069<" in cut
    assert ">short<" in cut
    member = {"publisher": "A", "title": "T", "role": "report", "published_precision": "minute"}
    hours = [datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (8, 11)]
    picture = draw_timeline([member | {"published_at": at} for at in hours])
    assert re.findall(r'class="tick( end)?" x="([0-9.]+)" y="\d+">01 Mar (\d\d)', picture) == [
        ("", "190.0", "08"), ("", "438.7", "09"), ("", "687.3", "10"), (" end", "960.0", "11"),
    ]  # fmt: skip


def test_a_funnel_names_each_step_with_its_number_and_share() -> None:
    picture = draw_funnel({"arrived": 40, "cleaned": 20, "loaded": 20})
    assert 'aria-label="arrived 40, cleaned 20, loaded 20"' in picture
    assert re.findall(r">([^<]+)</text>", picture) == [
        "arrived",
        "40",
        "cleaned",
        "20 (50%)",
        "loaded",
        "20 (100%)",
    ]
    assert draw_funnel({"arrived": 0, "cleaned": 0}) == draw_funnel({}) == ""


def test_a_trend_counts_what_was_new_of_each_run_and_no_more() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    done = {"loaded": 3, "new_version": 1, "rejected": 2, "skipped": 1, "unchanged": 90}
    runs: list[dict[str, Any]] = [
        {"started_at": at, "dispositions": done, "seconds": 7},
        {"started_at": at, "dispositions": None, "seconds": None},
    ]
    titles = re.findall(r"<title>.*?: (.*?)</title>", draw_trend(runs))
    assert titles == ["4 loaded", "1 other", "2 rejected", "7 s"]
    assert "at most 7 new documents" in draw_trend(runs)
    assert draw_trend(runs[:1]) == ""


@pytest.mark.parametrize("before", ["“", "«", "(", "„", "["])
def test_a_name_behind_a_mark_is_a_name(before: str) -> None:
    assert names_in(f"Yesterday {before}Merkel spoke of it, and {before}so did others", "en") == {"Merkel"}
