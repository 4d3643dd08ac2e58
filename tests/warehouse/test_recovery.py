"""Damage is found and reported, and a working file rebuilt from the published one holds what was published."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.commands.check import command as check
from tests.warehouse_samples import NOON, ask, faults, ingest, rejection, sample
from warehouse.checks import run_checks
from warehouse.commit_manifest import MANIFEST_NAME
from warehouse.connection import open_scratch, open_working, published_path, working_path
from warehouse.errors import Damaged, NotPublished
from warehouse.published_file import verify_as_reader
from warehouse.recovery import recover

SHAPE = (
    "SELECT * EXCLUDE (process_started) FROM runs ORDER BY run_id",
    "FROM articles ORDER BY article_id",
    "FROM article_versions ORDER BY article_id, version",
    "FROM documents ORDER BY ALL",
    "SELECT * EXCLUDE (run_id) FROM stories ORDER BY story_id",
    "FROM story_articles ORDER BY article_id",
    "FROM story_events ORDER BY ALL",
    "FROM links ORDER BY ALL",
    "FROM decisions ORDER BY ALL",
    "FROM tombstones ORDER BY ALL",
    "FROM copy_members ORDER BY ALL",
)


def filled(home: Path) -> None:
    """Make a home with something in every published table."""
    ingest(home, [sample("a"), sample("b"), sample("wall", kind="stub")], [rejection("x")])
    with open_working(home, purpose="test") as con:
        con.execute("INSERT INTO tombstones VALUES (5, 'article', ?, 'ina', 'asked')", [NOON])
        con.execute(
            "INSERT INTO decisions (decision_id, relation, article_a, story_id, made_by, made_at) "
            "SELECT 7, 'pin', min(article_id), min(story_id), 'ina', ? FROM story_articles",
            [NOON],
        )
        con.execute(
            "INSERT INTO links SELECT min(article_id), max(article_id), 'same_story', 0.25, 'falls_short', 0.5, '{}', "
            "'m1', 'r', ? FROM articles",
            [NOON],
        )
    newer = sample("a", "A correction.", updated_at=NOON + timedelta(hours=1))
    ingest(home, [newer], day=1, is_published=True)


@pytest.mark.slow
def test_a_good_home_verifies_and_recovers_to_what_it_was(tmp_path: Path) -> None:
    filled(tmp_path)
    assert faults(tmp_path) == []
    before = [ask(tmp_path, query) for query in SHAPE]
    aside = recover(tmp_path, now=NOON)
    assert aside.exists()
    assert [ask(tmp_path, query) for query in SHAPE] == before
    with open_working(tmp_path, purpose="test") as con:
        assert [check.describe() for check in run_checks(con, deep=True) if not check.passes] == []
    again = ingest(tmp_path, [sample("a"), sample("b")], [rejection("x")], day=2, is_published=True)
    assert again.dispositions == {"unchanged": 3}
    assert faults(tmp_path) == []


@pytest.mark.slow
def test_a_damaged_working_file_is_found_and_rebuilt(tmp_path: Path) -> None:
    filled(tmp_path)
    before = ask(tmp_path, SHAPE[1])
    content = bytearray(working_path(tmp_path).read_bytes())
    for place in range(3 * 4096, len(content), 4096):
        content[place + 100] ^= 0xFF
    working_path(tmp_path).write_bytes(bytes(content))
    assert faults(tmp_path) != []
    recover(tmp_path, now=NOON)
    assert ask(tmp_path, SHAPE[1]) == before
    assert faults(tmp_path) == []


@pytest.mark.slow
def test_a_file_that_lost_its_last_commits_is_found(tmp_path: Path) -> None:
    filled(tmp_path)
    older = tmp_path / "older"
    shutil.copy(working_path(tmp_path), older)
    ingest(tmp_path, [sample("late")], day=3)
    manifest = (tmp_path / MANIFEST_NAME).read_text()
    shutil.copy(older, working_path(tmp_path))  # as after a log that silently went missing
    (tmp_path / MANIFEST_NAME).write_text(manifest)
    result = faults(tmp_path)
    assert any("was finished and is not in the working file" in line for line in result)
    assert any("documents" in line for line in result)


@pytest.mark.slow
def test_a_damaged_published_file_is_passed_over_for_an_older_one(tmp_path: Path) -> None:
    filled(tmp_path)
    ingest(tmp_path, [sample("late")], day=3, is_published=True)
    published_path(tmp_path).write_bytes(b"nonsense" * 1000)
    assert any("published_file" in line for line in faults(tmp_path))
    recover(tmp_path, now=NOON)
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [(3,)]
    with pytest.raises(NotPublished, match="nothing to recover from"):
        recover(tmp_path / "empty", now=NOON)


@pytest.mark.parametrize("deep", [[], ["--deep"]])
def test_another_database_in_place_of_the_published_file_is_damage(tmp_path: Path, deep: list[str]) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    published_path(tmp_path).unlink()
    with open_scratch(published_path(tmp_path)) as con:
        con.execute("CREATE TABLE shopping (item VARCHAR)")
    with pytest.raises(Damaged, match="stories"):
        verify_as_reader(published_path(tmp_path))
    answer = CliRunner().invoke(check, ["--home", str(tmp_path), *deep])
    assert answer.exit_code == 4
    assert "no published file of newsfold" in answer.output
