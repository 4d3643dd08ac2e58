"""Erase, retry and recover over a real warehouse: stories are made anew, nothing comes back or is lost."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.engine.protocol import InlineEngine
from flows.errors import InvalidRequestError
from flows.operations.erase import erase
from flows.operations.link_unlink_pin import link, list_decisions
from flows.operations.recover import recover
from flows.operations.retry import retry
from flows.operations.watches import add_watch
from flows.recorded_run import utc_now
from tests.story_samples import (
    article_id,
    ask,
    copy_groups,
    copy_of,
    fold,
    fold_in,
    report,
    settings_of,
    stories,
    story_of,
    write_inbox,
)
from transforms.types import Disposition
from warehouse.checks import run_checks
from warehouse.connection import open_published, open_working, working_path
from warehouse.erase import Copy
from warehouse.errors import Damaged, DiskFull, UnknownArticle

pytestmark = pytest.mark.slow

CORPUS = [
    *(report(event, telling) for event in range(3) for telling in range(3)),
    *(copy_of(report(0, 0), number) for number in (1, 2)),
]


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fold_in(tmp_path_factory.mktemp("repairs"), CORPUS)


def broken(home: Path) -> list[str]:
    with open_working(home, purpose="test") as con:
        return [result.describe() for result in run_checks(con, deep=True) if not result.passes]


def test_an_erased_article_leaves_its_story_and_does_not_come_back(home: Path) -> None:
    result = erase(settings_of(home), "e1t1", why="asked for", by="Ada")
    assert (result.articles, result.publisher) == (1, None)
    assert story_of(home, "e1t0") == {"e1t0", "e1t2"}
    assert not broken(home)
    assert all(row for (row,) in ask(home, "SELECT len(key_terms) FROM stories"))
    line = str(report(1, 1)["text"]).splitlines()[0].encode()
    assert all(line not in path.read_bytes() for path in home.rglob("*") if path.is_file())
    again = fold(home, write_inbox(home.parent / "inbox", "again", CORPUS[::-1]))
    assert again.dispositions[Disposition.ERASED] == 1
    assert story_of(home, "e1t0") == {"e1t0", "e1t2"}
    with pytest.raises(UnknownArticle):
        erase(settings_of(home), "e1t1")


def test_copies_are_offered_feeds_are_made_anew_and_what_is_not_ours_is_named(home: Path) -> None:
    title = report(0, 0)["title"]
    with open_published(home) as con:
        watch = add_watch(con, home, "harbour", now=utc_now())
    feed = home / "watches" / f"{watch.watch_id}.feed.json"
    feed.write_text("what was erased")
    (home / "for-the-desk.csv").write_text(title)
    (home / "foreign-1.wal").write_bytes(b"log")
    offered: list[str] = []

    def all_of_them(copies: Sequence[Copy]) -> bool:
        offered.extend(copy.publisher or "" for copy in copies)
        return True

    result = erase(settings_of(home), "e0t0c1")
    assert {copy.publisher for copy in result.copies} == {"Outlet 0", "Reprinter 2"}
    result = erase(settings_of(home), "e0t0", with_copies=all_of_them)
    assert (result.articles, result.copies, offered) == (2, (), ["Reprinter 2"])
    assert result.titles == (title,)
    assert result.not_reached == (str(home / "for-the-desk.csv"),)
    assert json.loads(feed.read_text())["items"] == []
    assert not {"e0t0", "e0t0c1", "e0t0c2"} & set().union(*stories(home))
    assert not broken(home)


def test_the_heir_of_an_erased_article_is_found_by_later_reports(home: Path) -> None:
    """The one that stood for its copies in stories is erased: a copy takes its place, with evidence of its own."""
    (group,) = [group for group in copy_groups(home) if len(group) == 3]
    stood = ask(
        home, "SELECT external_id FROM copy_members JOIN articles USING (article_id) WHERE is_representative"
    )
    (first,) = {name for (name,) in stood} & group
    erase(settings_of(home), first)
    assert story_of(home, "e0t1") == {"e0t1", "e0t2"} | group - {first}
    assert not broken(home)
    rebuilt = home.parent / "rebuilt"
    fold(rebuilt, write_inbox(home.parent / "other", "rest", [one for one in CORPUS if one["id"] != first]))
    assert stories(home) == stories(rebuilt)
    links = "SELECT article_a, article_b, relation, score, decision FROM links ORDER BY ALL"
    assert ask(home, links) == ask(rebuilt, links)


def test_a_publisher_is_erased_after_being_asked(home: Path) -> None:
    words = ["erase", "Outlet 2", "--home", str(home)]
    asked = CliRunner().invoke(cli, words)
    assert asked.exit_code == 2
    assert "--yes" in asked.output
    assert len(ask(home, "FROM articles")) == len(CORPUS)
    output = json.loads(CliRunner().invoke(cli, [*words, "--yes", "--json"]).stdout)
    assert (output["articles"], output["publisher"]) == (3, "Outlet 2")
    more = fold(home, write_inbox(home.parent / "inbox", "more", [report(5, 2)]))
    assert dict(more.dispositions) == {Disposition.ERASED: 1}
    assert not broken(home)


def test_rejected_documents_are_read_again(home: Path) -> None:
    inbox = home.parent / "inbox"
    path = inbox / "mixed.jsonl"
    path.write_text(json.dumps(report(4, 0)) + "\n{broken\n" + json.dumps(report(4, 1)) + "\n")
    first = fold(home, path)
    assert first.dispositions[Disposition.REJECTED] == 1
    assert dict(fold(home, path).dispositions) == {Disposition.UNCHANGED: 3}
    before = ask(home, "FROM documents ORDER BY ALL")
    outcome = retry(settings_of(home), ["bad_record"], engine=InlineEngine())
    assert dict(outcome.dispositions) == {Disposition.UNCHANGED: 3}  # read again, with the same outcome
    assert ask(home, "FROM documents ORDER BY ALL") == before

    stamp = path.stat().st_mtime_ns
    path.write_text(path.read_text().replace("{broken", json.dumps(report(4, 2))))
    os.utime(path, ns=(stamp, stamp))
    outcome = retry(settings_of(home), engine=InlineEngine())
    assert outcome.dispositions[Disposition.LOADED] == 1
    assert story_of(home, "e4t0") == {"e4t0", "e4t1", "e4t2"}
    with pytest.raises(InvalidRequestError, match="timeout"):
        retry(settings_of(home), ["timeout"])
    assert not broken(home)


def test_a_damaged_working_file_is_rebuilt_with_its_ids_and_decisions(home: Path) -> None:
    link(settings_of(home), "e1t0", "e2t0", by="Ada")
    before, ids = stories(home), ask(home, "SELECT story_id FROM stories ORDER BY ALL")
    links = "SELECT article_a, article_b, relation, score, decision FROM links ORDER BY ALL"
    evidence = ask(home, links)
    working_path(home).write_bytes(os.urandom(1 << 16))
    with pytest.raises(Damaged), open_working(home, purpose="test"):
        pass
    time.sleep(1.1)  # run ids tell seconds apart
    more = write_inbox(home.parent / "inbox", "more", [report(6, 0)])
    outcome = recover(settings_of(home), [home.parent / "inbox"], engine=InlineEngine())
    assert outcome.aside.exists()
    assert outcome.ingested is not None
    assert outcome.ingested.dispositions[Disposition.LOADED] == 1
    assert stories(home) == before | {frozenset({"e6t0"})}
    assert set(ids) < set(ask(home, "SELECT story_id FROM stories"))
    assert ask(home, links) == evidence
    assert [one.made_by for one in list_decisions(settings_of(home))] == ["Ada"]
    assert not broken(home)
    assert article_id(home, "e6t0")
    assert dict(fold(home, more).dispositions) == {Disposition.UNCHANGED: 1}


def test_decisions_and_runs_are_listed_while_another_run_is_at_work(home: Path) -> None:
    link(settings_of(home), "e1t0", "e2t0", by="Ada")
    with open_working(home, purpose="a long run"):
        assert [one.made_by for one in list_decisions(settings_of(home))] == ["Ada"]
        listed = CliRunner().invoke(cli, ["decisions", "--home", str(home), "--json"])
        assert json.loads(listed.stdout)["title_a"].endswith("says")
        assert CliRunner().invoke(cli, ["runs", "--home", str(home)]).exit_code == 0


def test_a_failed_run_is_listed_at_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DiskFull("the disk is full")

    monkeypatch.setattr("flows.pipeline.enforce_checks", fail)
    with pytest.raises(DiskFull):
        fold(home, write_inbox(home.parent / "inbox", "more", [report(7, 0)]))
    rows = [
        json.loads(line)
        for line in CliRunner().invoke(cli, ["runs", "--home", str(home), "--json"]).stdout.splitlines()
    ]
    assert [run["status"] for run in rows] == ["failed", "done"]
    assert rows[0]["message"] == "DiskFull: the disk is full"
    assert "failed" in CliRunner().invoke(cli, ["doctor", "--home", str(home)]).output


@pytest.mark.parametrize("form", ["rss", "atom", "json-feed", "csv", "jsonl"])
def test_exports_go_to_stdout_or_a_file(home: Path, tmp_path: Path, form: str) -> None:
    result = CliRunner().invoke(cli, ["export", form, "--home", str(home)])
    assert result.exit_code == 0
    assert "Brackwater" in result.stdout
    target = tmp_path / "out"
    assert CliRunner().invoke(cli, ["export", form, str(target), "--home", str(home)]).exit_code == 0
    assert "Brackwater" in target.read_text()


def test_parquet_goes_into_a_folder(home: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["export", "parquet", "--home", str(home)]).exit_code == 2
    result = CliRunner().invoke(cli, ["export", "parquet", str(tmp_path / "days"), "--home", str(home)])
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "days").iterdir())[0] == "day=2026-03-01"
