"""What machines read of a run: one JSON object a line on stderr, and counters that only grow."""

from __future__ import annotations

import json
import logging
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.run_metrics import log_run, write_metrics
from flows.run_report import RunReport
from flows.settings.settings import load_settings
from flows.stderr_messages import JsonLines, say
from warehouse.connection import open_working
from warehouse.errors import Damaged
from warehouse.failed_attempts import note_attempt
from warehouse.runs import RunOutcome, begin_run, finish_run

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC).replace(tzinfo=None)


def record(home: Path, **dispositions: int) -> None:
    """Put a finished run into the ledger of a home."""
    with open_working(home, wait_seconds=0, purpose="test") as con:
        run_id = begin_run(con, command="ingest", settings={}, versions={}, now=NOW)
        outcome = RunOutcome(dispositions=dispositions, stage_seconds={"clean": 1.5})
        finish_run(con, run_id, outcome, now=NOW)


def counters(path: Path) -> dict[tuple[str, ...], float]:
    """Read a file of counters as Prometheus does."""
    families = text_string_to_metric_families(path.read_text())
    return {
        (sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples
    }


def test_counters_are_sums_over_the_ledger_and_attempts_count_as_failed(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", metrics_file=tmp_path / "newsfold.prom")
    record(settings.home, loaded=3, rejected=1)
    record(settings.home, loaded=2)
    write_metrics(settings)
    found = counters(tmp_path / "newsfold.prom")
    assert found["newsfold_runs_total", "done"] == 2
    assert found["newsfold_documents_total", "loaded"] == 5
    assert found["newsfold_documents_total", "rejected"] == 1
    assert found["newsfold_stage_seconds_total", "clean"] == 3
    assert found["newsfold_last_success_timestamp_seconds",] == 1_795_867_200
    assert ("newsfold_runs_total", "failed") not in found
    note_attempt(settings.home, command="ingest", message="no inbox", now=NOW + timedelta(hours=1))
    write_metrics(settings)
    found = counters(tmp_path / "newsfold.prom")
    assert found["newsfold_runs_total", "failed"] == 1
    assert found["newsfold_last_run_timestamp_seconds",] == 1_795_870_800
    assert found["newsfold_last_success_timestamp_seconds",] == 1_795_867_200
    assert stat.S_IMODE((tmp_path / "newsfold.prom").stat().st_mode) == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "newsfold.prom"]


def test_a_file_that_cannot_be_written_fails_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEWSFOLD_LOG_FORMAT", raising=False)
    record(tmp_path / "home", loaded=1)
    write_metrics(load_settings(home=tmp_path / "home", metrics_file=tmp_path / "absent" / "newsfold.prom"))
    assert "newsfold: the counters were not written" in capsys.readouterr().err


def test_a_run_is_one_line_of_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_LOG_FORMAT", "json")
    report = RunReport(run_id="r", home=tmp_path, documents=2)
    report.dispositions.update(loaded=1, rejected=1)
    log_run(report, load_settings(home=tmp_path))
    log_run(report, load_settings(home=tmp_path), Damaged("a block\nis wrong"))
    say("a line\nand another", level="warning")
    done, failed, said = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (done["event"], done["status"], done["dispositions"]) == (
        "run",
        "done",
        {"loaded": 1, "rejected": 1},
    )
    assert (failed["status"], failed["level"], failed["message"]) == ("failed", "error", "Damaged: a block")
    assert (said["level"], said["message"]) == ("warning", "a line\nand another")
    monkeypatch.setenv("NEWSFOLD_LOG_FORMAT", "text")
    log_run(report, load_settings(home=tmp_path))
    assert capsys.readouterr().err == ""


def test_a_line_of_prefect_has_the_same_form() -> None:
    error = (ValueError, ValueError("no"), None)
    line = logging.LogRecord("prefect", logging.ERROR, "", 0, "it %s", ("failed",), error)
    said = json.loads(JsonLines("default", None, "%").format(line))
    assert (said["level"], said["logger"], said["message"]) == ("error", "prefect", "it failed")
    assert "ValueError: no" in said["traceback"]
