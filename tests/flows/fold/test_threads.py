"""Threads in a real home: the same whatever order and batches, for ever by their ids, gone with their stories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.fold.refold import refold
from flows.operations.link_unlink_pin import link, revoke
from tests.story_samples import article_id, ask, fold, settings_of, write_inbox

STORM = Path(__file__).parents[2] / "cases" / "thread" / "storm-in-four-stories" / "in" / "reports.jsonl"
ROWS = [json.loads(line) for line in STORM.read_text(encoding="utf-8").splitlines()]


def threads(home: Path) -> set[frozenset[frozenset[str]]]:
    """Return threads as sets of stories as sets of external ids."""
    stories: dict[int, set[str]] = {}
    for story, name in ask(
        home, "SELECT story_id, external_id FROM story_articles JOIN articles USING (article_id)"
    ):
        stories.setdefault(story, set()).add(name)
    found: dict[int, set[frozenset[str]]] = {}
    for thread, story in ask(home, "SELECT thread_id, story_id FROM thread_stories"):
        found.setdefault(thread, set()).add(frozenset(stories[story]))
    return {frozenset(thread) for thread in found.values()}


def follows(home: Path) -> set[tuple[str, str]]:
    sql = """SELECT a.title, b.title FROM thread_stories t JOIN stories a USING (story_id)
             JOIN stories b ON b.story_id = t.follows_story_id"""
    return {(later, earlier) for later, earlier in ask(home, sql)}


@pytest.mark.slow
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=st.permutations(range(len(ROWS))), cut=st.integers(1, len(ROWS) - 1))
def test_order_and_batches_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int
) -> None:
    whole, parts = (tmp_path_factory.mktemp(name) for name in ("whole", "parts"))
    fold(whole / "home", write_inbox(whole / "in", "all", ROWS))
    rows = [ROWS[place] for place in order]
    fold(parts / "home", write_inbox(parts / "in", "first", rows[:cut]))
    fold(parts / "home", write_inbox(parts / "in", "second", rows[cut:]))
    assert threads(whole / "home")
    assert threads(parts / "home") == threads(whole / "home")
    assert follows(parts / "home") == follows(whole / "home")


def test_folding_everything_again_changes_no_thread_and_no_id(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "in", "all", ROWS))
    before = ask(home, "SELECT * FROM thread_stories ORDER BY ALL")
    refold(settings_of(home))
    assert ask(home, "SELECT * FROM thread_stories ORDER BY ALL") == before


@pytest.mark.slow
def test_a_decision_moves_threads_and_taking_it_back_restores_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "in", "all", ROWS))
    before = threads(home), follows(home)
    first, last = article_id(home, "f1"), article_id(home, "i1")
    made = link(settings_of(home), first, last)
    assert threads(home) != before[0]
    revoke(settings_of(home), f"{made.decision.decision_id:016x}")
    assert (threads(home), follows(home)) == before
    dangling = "SELECT count(*) FROM thread_stories WHERE story_id NOT IN (SELECT story_id FROM stories)"
    assert ask(home, dangling) == [(0,)]
