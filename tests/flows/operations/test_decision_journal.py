"""A decision that a person wrote down is lost only where it cannot be carried out, never to a failing machine."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from flows.errors import InvalidRequestError
from flows.operations import decision_journal
from flows.operations.decision_journal import VERBS, carry_out, decide, pending, record
from tests.story_samples import settings_of
from warehouse.errors import Damaged, DiskFull, HomeUnusable, NewerSchema, StorageFailed, UnknownArticle

PASSING = [
    DiskFull("no room"),
    StorageFailed("the disk failed"),
    Damaged("the working file cannot be read"),
    HomeUnusable("not yours"),
    NewerSchema(9, 4),
]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def carry(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(decision_journal, "VERBS", {**VERBS, "link": (carry, 2, 2)})


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_a_failing_machine_loses_no_decision(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, error)
    assert decide(tmp_path, "link", ["a", "b"]) is None
    record(settings_of(tmp_path), "link", ["c", "d"], why=None, by=None)
    assert carry_out(settings_of(tmp_path)) == []
    assert [entry.keys for entry in pending(tmp_path)] == [("a", "b"), ("c", "d")]
    assert str(error) in capsys.readouterr().err


@pytest.mark.parametrize("error", [UnknownArticle("nothing has the id a"), InvalidRequestError("set apart")])
def test_what_cannot_be_carried_out_is_refused_and_leaves(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, error)
    outcome = decide(tmp_path, "link", ["a", "b"])
    assert outcome is not None
    assert (outcome.is_refused, outcome.sentence) == (True, str(error))
    assert pending(tmp_path) == []


def test_a_failure_of_the_system_passes_and_keeps_the_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, OSError(errno.EIO, "input/output error"))
    with pytest.raises(OSError, match="input/output"):
        decide(tmp_path, "link", ["a", "b"])
    assert len(pending(tmp_path)) == 1


def test_one_that_another_process_took_up_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(settings: Any) -> list[Any]:
        (settings.home / decision_journal.JOURNAL_NAME).write_text("")
        return []

    monkeypatch.setattr(decision_journal, "carry_out", elsewhere)
    outcome = decide(tmp_path, "link", ["a", "b"])
    assert outcome is not None
    assert not outcome.is_refused
    assert "another process" in outcome.sentence.lower()
