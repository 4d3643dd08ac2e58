"""Move, split and merge do what they say and no more, hold later, and leave no trace when they are taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.errors import InvalidRequestError
from flows.operations.decision_steps import DecisionResult
from flows.operations.link_unlink_pin import link, list_decisions, revoke
from flows.operations.move_split_merge import merge, move, split
from flows.settings.settings import Settings
from tests.flows.operations.test_link_unlink_pin import (
    GROUPING,
    REDIRECTS,
    article_story,
    broken,
    later,
    published,
)
from tests.story_samples import ask, copy_of, fold, report, settings_of, stories, story_of, stub, write_inbox

pytestmark = pytest.mark.slow

FIRST = [report(event, telling) for event in range(4) for telling in (0, 1)]
COPIES = [copy_of(report(0, 0), 1), copy_of(report(1, 0), 1), copy_of(report(1, 0), 2)]
ZERO, ONE = frozenset({"e0t0", "e0t1", "e0t0c1"}), frozenset({"e1t0", "e1t1", "e1t0c1", "e1t0c2"})
TWO, THREE = frozenset({"e2t0", "e2t1"}), frozenset({"e3t0", "e3t1"})


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fold four events with reprints once; each test takes a copy of the home."""
    root = tmp_path_factory.mktemp("folded")
    write_inbox(root / "inbox", "first", [*FIRST, *COPIES, stub(1)])
    fold(root / "home", root / "inbox")
    return root


Verb = Callable[[Settings, bool], DecisionResult]


def moving(settings: Settings, is_dry_run: bool) -> DecisionResult:
    return move(settings, "e1t0", article_story(settings.home, "e2t0"), why="it is", is_dry_run=is_dry_run)


def splitting(settings: Settings, is_dry_run: bool) -> DecisionResult:
    story = article_story(settings.home, "e1t1")
    return split(settings, story, ["e1t1"], why="it is", is_dry_run=is_dry_run)


def merging(settings: Settings, is_dry_run: bool) -> DecisionResult:
    a, b = (article_story(settings.home, name) for name in ("e0t0", "e3t1"))
    return merge(settings, a, b, why="it is", is_dry_run=is_dry_run)


VERBS: list[tuple[Verb, set[frozenset[str]]]] = [
    (moving, {ZERO, TWO | {"e1t0", "e1t0c1", "e1t0c2"}, frozenset({"e1t1"}), THREE}),
    (splitting, {ZERO, ONE - {"e1t1"}, frozenset({"e1t1"}), TWO, THREE}),
    (merging, {ZERO | THREE, ONE, TWO}),
]


@pytest.mark.parametrize(("verb", "wanted"), VERBS)
def test_a_verb_does_what_it_says_holds_later_and_leaves_no_trace(
    place: Path, verb: Verb, wanted: set[frozenset[str]]
) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = published(home, GROUPING), published(home, REDIRECTS)
    runs = ask(home, "SELECT count(*) FROM runs")
    tried = verb(settings, True)
    assert (published(home, GROUPING), ask(home, "SELECT count(*) FROM runs")) == (before[0], runs)
    assert tried.moves
    made = verb(settings, False)
    assert stories(home) == wanted
    assert [move.describe() for move in made.moves] == [move.describe() for move in tried.moves]
    assert all(line in made.lines() for line in map(str, [move.describe() for move in tried.moves]))
    assert broken(home) == []
    later(place)
    now = {frozenset(story - {"e0t2", "e1t2", "e2t2", "e3t2", "e0t1c7", "e0t0c2"}) for story in stories(home)}
    assert {story for story in now if story} == wanted
    assert broken(home) == []
    revoke(settings, f"{(made.also or (made.decision,))[-1].decision_id:016x}")
    assert list_decisions(settings) == []


@pytest.mark.parametrize(("verb", "wanted"), VERBS)
def test_taking_it_back_brings_ids_stories_and_redirects_back(
    place: Path, verb: Verb, wanted: set[frozenset[str]]
) -> None:
    home, settings = place / "home", settings_of(place / "home")
    grouping, redirects = published(home, GROUPING), set(published(home, REDIRECTS))
    born = {row[0] for row in grouping}
    made = verb(settings, False)
    parted = {row[0] for row in published(home, GROUPING)} - born
    revoke(settings, f"{made.decision.decision_id:016x}", by="Ben")
    assert published(home, GROUPING) == grouping
    # an id that a part had meanwhile is one that somebody may hold: it leads to the story
    assert {row[0] for row in set(published(home, REDIRECTS)) - redirects} == parted
    assert broken(home) == []


def test_what_stands_against_it_is_named_and_nothing_is_done(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    held = link(settings, "e1t0", "e1t1", why="checked").decision
    with pytest.raises(InvalidRequestError, match=f"{held.decision_id:016x}"):
        moving(settings, False)
    refusals: tuple[Callable[[], DecisionResult], ...] = (
        lambda: move(settings, "e1t0", article_story(home, "e1t1")),
        lambda: move(settings, "stub1", article_story(home, "e1t1")),
        lambda: split(settings, article_story(home, "e2t0"), ["e2t0", "e2t1"]),
        lambda: split(settings, article_story(home, "e2t0"), ["e3t0"]),
        lambda: merge(settings, article_story(home, "e2t0"), article_story(home, "e2t1")),
    )
    for refused in refusals:
        with pytest.raises(InvalidRequestError):
            refused()
    assert len(list_decisions(settings)) == 1
    assert story_of(home, "e1t0") == ONE
