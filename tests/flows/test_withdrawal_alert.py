"""A withdrawal is sent to people at once, and only a withdrawal, whether a run reports to Prefect or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import flows.prefect_tasks
from flows.commands.ingest import command
from flows.run_report import RunReport
from flows.withdrawal_alert import alert_withdrawals
from tests.story_samples import settings_of

Message = tuple[str, str, str]


def test_headlines_taken_back_are_sent(tmp_path: Path) -> None:
    sent: list[Message] = []

    def send(slug: str, subject: str, body: str) -> None:
        sent.append((slug, subject, body))

    run, settings = RunReport(home=tmp_path), settings_of(tmp_path, notify_block="slack-webhook/desk")
    assert alert_withdrawals(run, settings, send=send) is None
    run.withdrawn.append("Head teacher of Pinfold Academy resigns")
    assert alert_withdrawals(run, settings_of(tmp_path), send=send) is None
    assert not sent
    assert alert_withdrawals(run, settings, send=send) is None
    assert sent == [
        ("slack-webhook/desk", "newsfold: 1 article withdrawn", "Head teacher of Pinfold Academy resigns")
    ]

    def fail(slug: str, subject: str, body: str) -> None:
        raise ValueError("no such block")

    assert "no such block" in (alert_withdrawals(run, settings, send=fail) or "")


@pytest.mark.slow
def test_a_run_without_prefect_sends_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Message] = []
    monkeypatch.setattr(flows.prefect_tasks, "send", lambda *words: sent.append(words))
    monkeypatch.setenv("NEWSFOLD_NOTIFY_BLOCK", "slack-webhook/desk")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    record = {
        "id": "urn:desk:771",
        "title": "Head teacher resigns",
        "text": "She left on Monday, said the school.",
    }
    for number, status in enumerate(("usable", "killed")):
        path = tmp_path / f"{number}.json"
        path.write_text(
            json.dumps(record | {"status": status, "updated": f"2026-03-0{number + 1}T08:00:00Z"})
        )
        done = CliRunner().invoke(command, [str(path), "--home", str(tmp_path / "home")])
        assert not done.exception, done.output
        assert len(sent) == number
    assert sent == [("slack-webhook/desk", "newsfold: 1 article withdrawn", "Head teacher resigns")]
