"""Which figures of two results are called slower."""

from __future__ import annotations

from benchmarks.compare import slower

ROW = {"format": "jsonl", "articles": 1000, "cpu_seconds": 10.0, "articles_per_second": 100.0, "stories": 300}


def test_what_takes_longer_is_named_with_where_it_stands() -> None:
    old = {"short": {"rows": [ROW, {**ROW, "articles": 5000}]}}
    new = {"short": {"rows": [{**ROW, "articles": 5000, "cpu_seconds": 13.0}, {**ROW, "cpu_seconds": 10.5}]}}

    assert list(slower(old, new)) == ["short/rows[jsonl 5000]/cpu_seconds: 10 → 13 (1.30 times as slow)"]


def test_a_rate_is_slower_when_it_falls() -> None:
    assert list(slower({"all": ROW}, {"all": {**ROW, "articles_per_second": 50.0}})) == [
        "all/articles_per_second: 100 → 50 (2.00 times as slow)"
    ]


def test_steps_are_times_and_counts_are_none() -> None:
    old = {"row": {"stage_seconds": {"publish": 2.0}, "stories": 300}}
    new = {"row": {"stage_seconds": {"publish": 3.0}, "stories": 900}}

    assert list(slower(old, new)) == ["row/stage_seconds/publish: 2 → 3 (1.50 times as slow)"]


def test_what_is_faster_new_or_too_short_to_say_is_passed_over() -> None:
    old = {"a": {"wall": 2.0, "cpu": 0.02}, "gone": {"wall": 1.0}}
    new = {"a": {"wall": 1.0, "cpu": 0.04}, "new": {"wall": 9.0}}

    assert not list(slower(old, new))
