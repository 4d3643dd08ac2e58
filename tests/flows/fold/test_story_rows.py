"""What a story row says of its articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.story_samples import ask, fold, report, write_inbox
from warehouse.connection import open_working
from warehouse.errors import Damaged


def test_what_speaks_of_several_events_is_no_source_and_moves_no_time(tmp_path: Path) -> None:
    live = report(0, 2, kind="live_blog", published="2026-03-03T22:00:00Z")
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "inbox", "all", [report(0, 0), report(0, 1), live]))
    counts = "SELECT article_count, independent_count, hour(last_published_at), undated_count FROM stories"
    assert ask(home, counts) == [(3, 2, 9, 0)]


def test_an_outlet_with_and_without_the_is_one_and_papers_of_one_name_are_two(tmp_path: Path) -> None:
    rows = [
        report(0, 0, publisher="The Kellan Courier", url="https://kellancourier.example/a"),
        report(0, 1, publisher="Kellan Courier", url="https://kellancourier.example/b"),
        report(0, 2, publisher="Kellan Courier", url="https://kellancourier.co.tt/c"),
    ]
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "inbox", "all", rows))
    assert ask(home, "SELECT publisher_count, independent_count FROM stories") == [(1, 2)]


def test_a_stored_profile_cut_short_is_named_as_damage(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "inbox", "all", [report(0, 0)]))
    with open_working(home, purpose="test") as con:
        con.execute("UPDATE profiles SET profile = unhex(left(hex(profile), 80))").fetchall()
    with pytest.raises(Damaged, match="table profiles: damaged profile of article"):
        fold(home, write_inbox(tmp_path / "inbox", "more", [report(0, 1)]))
