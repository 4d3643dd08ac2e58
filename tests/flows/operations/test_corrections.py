"""What people correct of an article shows, holds later in any order of arrival, and can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.errors import InvalidRequestError
from flows.fold.corrections import outlet_name
from flows.fold.refold import refold
from flows.operations.corrections import correct, rename_outlet
from flows.operations.erase import erase
from flows.operations.link_unlink_pin import list_decisions, revoke
from flows.operations.recover import recover
from tests.flows.operations.test_link_unlink_pin import broken, published
from tests.story_samples import ask, fold, report, settings_of, stories, story_of, write_inbox
from warehouse.connection import working_path
from warehouse.errors import NotFound

pytestmark = pytest.mark.slow

FIRST = [report(event, telling) for event in range(2) for telling in (0, 1)]
SHOWN = """
SELECT external_id, title, publisher, kind, published_at, published_precision, corrections FROM articles ORDER BY ALL
"""
STORIES = """
SELECT story_id, title, latest_title, first_published_at, last_published_at, publisher, publisher_count,
       independent_count
FROM stories ORDER BY ALL
"""


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fold two events once; each test takes a copy of the home."""
    root = tmp_path_factory.mktemp("folded")
    write_inbox(root / "inbox", "first", FIRST)
    fold(root / "home", root / "inbox")
    return root


def state(home: Path) -> tuple[object, ...]:
    return published(home, SHOWN), published(home, STORIES)


def field(home: Path, name: str, column: str) -> object:
    ((value,),) = published(home, f"SELECT {column} FROM articles WHERE external_id = '{name}'")
    return value


def test_a_corrected_headline_shows_everywhere_and_the_original_is_kept(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = state(home)
    made = correct(settings, "e0t0", {"title": "A  bridge\nfell"}, why="typing error", by="Ada").decision
    assert field(home, "e0t0", "title") == "A bridge fell"
    assert field(home, "e0t0", "corrections") == ["title"]
    originals = published(home, "SELECT fields, title, kind FROM article_originals")
    assert originals == [(["title"], report(0, 0)["title"], None)]
    titles = published(home, "SELECT title, latest_title FROM stories ORDER BY first_published_at")
    assert "A bridge fell" in titles[0]
    assert published(home, "SELECT count(*) FROM search_articles('bridge fell')") == [(1,)]
    changed = published(home, "SELECT relation, field, value, why, made_by FROM decisions")
    assert changed == [("correct", "title", "A bridge fell", "typing error", "Ada")]
    assert broken(home) == []
    revoke(settings, f"{made.decision_id:016x}")
    assert state(home) == before
    assert broken(home) == []


def test_a_corrected_time_moves_the_story_and_parts_what_lies_too_far(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = state(home)
    made = correct(settings, "e0t0", {"published": "2026-02-27T23:30-02:00"}, why="misread").decision
    assert str(field(home, "e0t0", "published_at")) == "2026-02-28 01:30:00"
    times = published(home, "SELECT first_published_at::VARCHAR FROM stories ORDER BY ALL LIMIT 1")
    assert times == [("2026-02-28 01:30:00",)]
    far = correct(settings, "e0t0", {"published": "2019-02-27"}, why="an old one").decision
    assert story_of(home, "e0t0") == {"e0t0"}
    undated = correct(settings, "e0t0", {"published": "none"}, why="nobody knows").decision
    assert field(home, "e0t0", "published_at") is None
    assert story_of(home, "e0t0") == {"e0t0", "e0t1"}
    for one in (undated, made, far):
        revoke(settings, f"{one.decision_id:016x}")
    assert state(home) == before


def test_a_kind_that_joins_no_story_takes_its_article_out(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = stories(home)
    made = correct(settings, "e0t0", {"kind": "stub"}, why="a wall").decision
    assert stories(home) == {frozenset({"e0t1"}), frozenset({"e1t0", "e1t1"})}
    assert broken(home) == []
    revoke(settings, f"{made.decision_id:016x}")
    assert stories(home) == before


def test_a_renamed_outlet_is_one_with_its_namesake_now_and_later(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = state(home)
    made = rename_outlet(settings, "Outlet 1", "Outlet 0", why="one paper").decision
    assert published(home, "SELECT DISTINCT publisher FROM articles") == [("Outlet 0",)]
    assert published(home, "SELECT DISTINCT publisher_count FROM stories") == [(1,)]
    fold(home, write_inbox(place / "inbox", "later", [report(2, 1)]))
    assert field(home, "e2t1", "publisher") == "Outlet 0"
    assert ask(home, "SELECT count(*) FROM article_originals WHERE publisher = 'Outlet 1'") == [(3,)]
    erase(settings, "e2t1")
    revoke(settings, f"{made.decision_id:016x}")
    assert state(home) == before
    assert broken(home) == []


def test_corrections_do_not_depend_on_the_order_of_arrival(place: Path, tmp_path: Path) -> None:
    """New states of a corrected article come before or after the correction, and all is folded anew at the end."""
    newer = report(0, 0, updated="2026-03-02T10:00:00Z", title="Collapse at Hollin viaduct: inquest opens")
    newer["text"] += "\nThis paragraph was added the next morning."
    values = {"title": "Ours", "published": "2026-03-01", "publisher": "The Outlet"}

    home = place / "home"
    correct(settings_of(home), "e0t0", values, why="all wrong")
    rename_outlet(settings_of(home), "The Outlet", "Outlet 9")
    fold(home, write_inbox(place / "inbox", "later", [newer, report(0, 2)]))

    other = tmp_path / "other"
    fold(other / "home", write_inbox(other / "inbox", "all", [newer, report(0, 2), *FIRST]))
    correct(settings_of(other / "home"), "e0t0", values, why="all wrong")
    rename_outlet(settings_of(other / "home"), "The Outlet", "Outlet 9")

    versions = "SELECT title, version, publisher FROM article_versions ORDER BY ALL"
    assert state(home) == state(other / "home")
    assert published(home, versions) == published(other / "home", versions)
    assert published(home, versions) == [(report(0, 0)["title"], 1, "Outlet 0")]
    assert published(home, "SELECT title, publisher FROM article_originals") == [(newer["title"], "Outlet 0")]
    before = state(home)
    refold(settings_of(home))
    assert state(home) == before
    assert broken(home) == []


def test_corrections_survive_a_lost_working_file(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = state(home)
    correct(settings, "e0t0", {"title": "Ours", "kind": "digest"}, why="all wrong")
    corrected = state(home)
    working_path(home).write_bytes(b"broken")
    recover(settings)
    assert state(home) == corrected
    revoke(settings, f"{list_decisions(settings)[0].decision_id:016x}")
    assert state(home) == before


def test_corrections_of_one_command_are_taken_back_together_and_nonsense_is_refused(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = state(home)

    def run(*words: str) -> str:
        return CliRunner().invoke(cli, [*words, "--home", str(home), "--json"], standalone_mode=False).stdout

    tried = json.loads(run("correct", "e0t0", "--title", "Ours", "--kind", "template", "--dry-run"))
    assert (tried["run_id"], state(home)) == (None, before)
    made = json.loads(run("correct", "e0t0", "--title", "Ours", "--kind", "template", "--why", "x"))
    assert len(made["also"]) == 1
    assert field(home, "e0t0", "corrections") == ["kind", "title"]
    run("decisions", "revoke", made["also"][0])
    assert state(home) == before
    for values in (
        {},
        {"kind": "nonsense"},
        {"title": " "},
        {"published": "soon"},
        {"published": "2199-01-01"},
    ):
        with pytest.raises(InvalidRequestError):
            correct(settings, "e0t0", values)
    with pytest.raises(NotFound):
        rename_outlet(settings, "outlet nobody", "X")
    assert state(home) == before


def test_names_of_outlets_follow_the_order_of_decisions() -> None:
    def renamed(old: str, new: str) -> dict[str, object]:
        return {"relation": "rename_outlet", "article_id": None, "field": old, "value": new}

    own = {"relation": "correct", "article_id": 1, "field": "publisher", "value": "B"}
    there_and_back = [renamed("A", "B"), renamed("B", "A")]
    assert outlet_name("A", 1, [renamed("A", "B"), renamed("B", "C")]) == "C"
    assert outlet_name("B", 1, [renamed("B", "C"), renamed("A", "B")]) == "C"
    assert [outlet_name(name, 1, there_and_back) for name in ("A", "B")] == ["A", "A"]
    assert outlet_name("X", 1, [own, renamed("B", "C")]) == "C"
    assert outlet_name("X", 2, [own, renamed("B", "C")]) == "X"
    assert outlet_name(None, 2, [renamed("A", "B")]) is None
