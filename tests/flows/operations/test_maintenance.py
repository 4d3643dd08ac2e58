"""The night's work: nothing is lost that should stay, nothing stays that should go, and what is broken is said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import flows.operations.maintenance
from flows.cli import cli
from flows.operations.link_unlink_pin import link
from flows.operations.maintenance import maintain_warehouse
from flows.recorded_run import utc_now
from tests.story_samples import ask, copy_of, fold, fold_in, report, settings_of, stories, stub, write_inbox
from warehouse.connection import open_published, open_working

pytestmark = pytest.mark.slow

CORPUS = [
    *(report(event, telling) for event in range(3) for telling in (0, 1)),
    report(5, 0),
    report(6, 0),
    stub(1),
]


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fold_in(tmp_path_factory.mktemp("maintain"), [*CORPUS, copy_of(report(0, 0), 1)])


def let_time_pass(home: Path, days: int) -> None:
    """Make everything in the home older."""
    with open_working(home, purpose="test") as con:
        past = utc_now() - timedelta(days=days)
        con.execute("UPDATE articles SET last_changed_at = ?, first_seen_at = ?", [past, past]).fetchall()


def test_a_home_in_order_is_left_as_it_is(home: Path) -> None:
    before = {
        table: ask(home, f"FROM {table} ORDER BY ALL") for table in ("articles", "links", "stories", "runs")
    }
    outcome = maintain_warehouse(settings_of(home))
    assert outcome.broken == []
    assert len(outcome.checks) > 15
    assert outcome.refolds[0].changes == []
    now, below, above = (refolded.threshold for refolded in outcome.refolds)
    assert below < now < above
    assert {table: ask(home, f"FROM {table} ORDER BY ALL") for table in before} == before


def test_there_is_nothing_to_do_where_nothing_is(tmp_path: Path) -> None:
    assert maintain_warehouse(settings_of(tmp_path / "home")).checks == []
    assert not (tmp_path / "home").exists()


def test_old_texts_go_from_every_file_and_the_stories_stay(home: Path) -> None:
    before = stories(home)
    sentence = str(report(1, 0)["text"]).splitlines()[0].encode()
    let_time_pass(home, 40)
    fold(home, write_inbox(home.parent / "inbox", "young", [report(7, 0)]))
    outcome = maintain_warehouse(settings_of(home, keep_text_days=30))
    assert outcome.texts_dropped == len(CORPUS)  # a copy more, and the stub never had a text
    assert stories(home) == before | {frozenset({"e7t0"})}
    assert ask(home, "SELECT external_id FROM articles WHERE text <> ''") == [("e7t0",)]
    assert all(sentence not in path.read_bytes() for path in home.rglob("*") if path.is_file())
    con = open_published(home)
    try:
        assert con.execute("SELECT count(*) FROM articles WHERE text = ''").fetchall() == [(len(CORPUS) + 1,)]
    finally:
        con.close()
    assert maintain_warehouse(settings_of(home, keep_text_days=30)).texts_dropped == 0


def test_what_stayed_alone_goes_unless_people_decided_about_it(home: Path) -> None:
    link(settings_of(home), "e5t0", "e1t0")
    let_time_pass(home, 40)
    outcome = maintain_warehouse(settings_of(home, keep_unfolded_days=30))
    assert outcome.articles_removed == 2  # the lone report and the stub
    left = {name for (name,) in ask(home, "SELECT external_id FROM articles")}
    assert left == {str(record["id"]) for record in CORPUS} - {"e6t0", "stub1"} | {"e0t0c1"}
    assert maintain_warehouse(settings_of(home)).broken == []


def test_a_dead_run_is_closed(home: Path) -> None:
    with open_working(home, purpose="test") as con:
        con.execute(
            "INSERT INTO runs (run_id, started_at, status, pid, process_started, host, command) "
            "SELECT 'dead', started_at, 'running', 1, 1, host, 'ingest' FROM runs LIMIT 1"
        ).fetchall()
    assert maintain_warehouse(settings_of(home)).closed_runs == ["dead"]
    assert ask(home, "SELECT status FROM runs WHERE run_id = 'dead'") == [("crashed",)]


def test_an_empty_file_gives_its_room_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_working(home, purpose="test") as con:
        con.execute("CREATE TABLE ballast AS SELECT random() AS weight FROM range(2000000)").fetchall()
    fold(home, write_inbox(home.parent / "inbox", "behind", [report(4, 0), report(4, 1)]))
    before = stories(home)
    with open_working(home, purpose="test") as con:
        con.execute("DROP TABLE ballast").fetchall()
    monkeypatch.setattr(flows.operations.maintenance, "_FREE_SHARE", 0.2)
    outcome = maintain_warehouse(settings_of(home))
    assert outcome.bytes_after < outcome.bytes_before / 2
    assert stories(home) == before


def test_a_broken_promise_is_said_and_nothing_is_thrown_away(home: Path) -> None:
    let_time_pass(home, 40)
    with open_working(home, purpose="test") as con:
        con.execute("DELETE FROM stories WHERE article_count = 1").fetchall()
    result = CliRunner().invoke(
        cli, ["maintain", "--home", str(home), "--keep-text", "1", "--prefect", "never"]
    )
    assert result.exit_code == 4
    assert "FAILED" in result.stderr
    assert ask(home, "SELECT count(*) FROM articles WHERE text = '' AND kind <> 'stub'") == [(0,)]
