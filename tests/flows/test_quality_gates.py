"""A run of which nothing could be used fails, limits of the settings mark a run, and every attempt is listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.engine.protocol import InlineEngine
from flows.errors import explain
from flows.intake.discover import MissingPathError
from flows.pipeline import fold_files
from flows.quality_gates import AllCrashedError, QualityError, enforce_quality
from flows.run_report import RunReport
from tests.story_samples import fold, report, settings_of, write_inbox
from warehouse.connection import open_working
from warehouse.errors import Busy


def made(**dispositions: int) -> RunReport:
    made = RunReport(documents=sum(dispositions.values()), articles_new=dispositions.get("loaded", 0))
    made.dispositions.update(dispositions)
    return made


def test_documents_that_all_crashed_are_a_broken_installation() -> None:
    crashed = made(rejected=2, unchanged=7)
    crashed.reasons["crashed"] = 2
    with pytest.raises(AllCrashedError) as caught:
        enforce_quality(crashed, settings_of(Path("home")))
    assert explain(caught.value).exit_code == 5
    crashed.reasons["crashed"] = 1
    assert enforce_quality(crashed, settings_of(Path("home"))) == []


def test_many_documents_that_were_all_rejected_fail_a_run_and_a_few_do_not() -> None:
    with pytest.raises(QualityError):
        enforce_quality(made(rejected=10, unchanged=90), settings_of(Path("home")))
    assert enforce_quality(made(rejected=9), settings_of(Path("home"))) == []
    assert enforce_quality(made(unchanged=9), settings_of(Path("home"), least_articles=5)) == []


@pytest.mark.parametrize("limit", [{"most_rejected_ratio": 0.3}, {"least_articles": 7}, {"least_stories": 1}])
def test_a_limit_that_is_crossed_marks_a_run_and_fails_it_when_strict(limit: dict[str, float]) -> None:
    run = made(loaded=6, rejected=4)
    assert len(enforce_quality(run, settings_of(Path("home"), **limit))) == 1
    with pytest.raises(QualityError):
        enforce_quality(run, settings_of(Path("home"), strict=True, **limit))


def listed(home: Path) -> list[dict[str, object]]:
    done = CliRunner().invoke(cli, ["runs", "--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_an_attempt_that_never_began_is_listed_at_once_and_stays_in_the_ledger(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, write_inbox(tmp_path / "inbox", "one", [report(0, 0)]))
    with pytest.raises(MissingPathError):
        fold_files([tmp_path / "absent"], settings_of(home), engine=InlineEngine())
    with open_working(home, purpose="a long run"), pytest.raises(Busy):
        fold_files([tmp_path / "inbox"], settings_of(home, wait_seconds=0), engine=InlineEngine())
    for _ in range(2):  # as notes, then in the ledger
        runs = listed(home)
        assert [run["status"] for run in runs if str(run["message"]).startswith(("Missing", "Busy"))] == [
            "failed",
            "failed",
        ]
        fold(home, write_inbox(tmp_path / "inbox", "two", [report(1, 0)]))
    assert not (home / "attempts.jsonl").exists()


@pytest.mark.slow
def test_an_abnormal_run_says_so_in_its_message(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = fold_files(
        [write_inbox(tmp_path / "inbox", "one", [report(0, 0)])],
        settings_of(home, least_articles=2),
        engine=InlineEngine(),
    )
    assert done.breaches
    assert "abnormal: 1 articles came in" in str(listed(home)[0]["message"])
