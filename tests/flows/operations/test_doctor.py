"""`newsfold doctor` finds what is wrong and says what to do; what is in order stays quiet."""

from __future__ import annotations

import http.server
import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.operations.doctor import inspect_installation
from flows.operations.doctor_findings import Health
from flows.operations.doctor_schedule import inspect_prefect
from flows.recorded_run import utc_now
from flows.settings.settings import Settings, load_settings
from tests.warehouse_samples import ingest, sample
from warehouse.connection import open_working, published_path, working_path
from warehouse.failed_attempts import note_attempt

READER = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
print("reading", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    ingest(tmp_path / "home", [sample("ferry")], is_published=True)
    with open_working(tmp_path / "home", purpose="test") as con:  # the samples have a day of their own
        con.execute("UPDATE runs SET started_at = $now, finished_at = $now", {"now": utc_now()})
    return tmp_path / "home"


def inspect(home: Path) -> dict[str, tuple[Health, str]]:
    return {one.what: (one.health, one.describe()) for one in inspect_installation(settings(home))}


def settings(home: Path) -> Settings:
    return load_settings(home=home)


def test_a_home_that_does_not_exist_yet_is_no_failure(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["doctor", "--home", str(tmp_path / "deep" / "home")])
    assert result.exit_code == 0
    assert "run `newsfold ingest" in result.output
    assert not (tmp_path / "deep").exists()


def test_a_home_in_order_is_reported_as_such(home: Path) -> None:
    found = inspect(home)
    for what in ("versions", "home", "writer", "readers", "published", "prefect"):
        assert found[what][0] is Health.OK, found[what]
    result = CliRunner().invoke(cli, ["doctor", "--home", str(home), "--json"])
    assert result.exit_code == 0
    assert {json.loads(line)["health"] for line in result.stdout.splitlines()} <= {"ok", "warn"}


def test_a_forgotten_reader_of_the_working_file_is_named(home: Path) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(working_path(home))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"reading\n"
        health, detail = inspect(home)["readers"]
    assert health is Health.FAIL
    assert f"process {reader.pid}" in detail
    assert inspect(home)["readers"][0] is Health.OK


def test_the_run_at_work_is_named_and_is_no_failure(home: Path) -> None:
    with open_working(home, purpose="newsfold ingest"):
        health, detail = inspect(home)["writer"]
    assert health is Health.OK
    assert f"process {os.getpid()}" in detail


def test_a_damaged_or_missing_published_file_fails(home: Path) -> None:
    published_path(home).write_bytes(b"not a database" * 1000)
    assert inspect(home)["published"][0] is Health.FAIL
    published_path(home).unlink()
    assert inspect(home)["published"][0] is Health.FAIL


RUNS: list[dict[str, Any]] = [
    {"of": "1", "state_type": "COMPLETED", "end_time": "2026-01-01T00:00:00Z"},
    {
        "of": "2",
        "state_type": "CRASHED",
        "end_time": "2026-01-01T00:00:00Z",
        "state": {"message": "it sent no sign of life"},
    },
]


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Answer like a Prefect server, with the deployments that a test puts into the list."""
    deployments: list[dict[str, object]] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(True)

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith("/deployments/filter"):
                self.reply(deployments)
            else:
                (name,) = asked["flow_runs"]["deployment_id"]["any_"]
                self.reply([run for run in RUNS if run["of"] == name])

        def reply(self, value: object) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(value).encode())

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    listening = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/api", deployments
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_schedules_are_judged_by_their_state(
    home: Path, server: tuple[str, list[dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, deployments = server
    monkeypatch.setenv("PREFECT_API_URL", url)
    assert inspect(home)["schedule"][0] is Health.WARN
    every = [{"active": True, "schedule": {"cron": "*/15 * * * *"}}]
    deployments += [
        {"id": "1", "name": "inbox", "paused": False, "status": "READY", "schedules": every},
        {"id": "2", "name": "nightly", "paused": True, "status": "READY", "schedules": every},
        {"id": "3", "name": "lonely", "paused": False, "status": "NOT_READY", "schedules": every},
    ]
    found = inspect(home)
    assert found["prefect"][0] is Health.OK
    assert found["schedule inbox"] == (Health.OK, "ok    schedule inbox: */15 * * * *")
    assert found["schedule nightly"][0] is Health.WARN
    assert "worker" in found["schedule lonely"][1]
    assert found["last scheduled inbox"][0] is Health.WARN  # it completed, months ago
    assert found["last scheduled nightly"][0] is Health.WARN
    assert "crashed" in found["last scheduled nightly"][1]
    assert "no sign of life" in found["last scheduled nightly"][1]
    assert "last scheduled lonely" not in found


def test_an_inbox_is_looked_at(home: Path, tmp_path: Path) -> None:
    def inbox(**flags: object) -> tuple[Health, str]:
        found = inspect_installation(load_settings(home=home, inbox=tmp_path / "inbox", **flags))
        (result,) = [(one.health, one.describe()) for one in found if one.what == "inbox"]
        return result

    assert inbox()[0] is Health.WARN
    (tmp_path / "inbox" / "deep").mkdir(parents=True)
    assert inbox()[0] is Health.OK
    (tmp_path / "inbox" / "deep" / "page.html").write_text("x")
    assert inbox()[0] is Health.OK
    assert "1 files" in inbox()[1]
    os.utime(tmp_path / "inbox" / "deep" / "page.html", (0, 0))
    assert inbox()[0] is Health.WARN
    assert inbox(quiet_hours=0)[0] is Health.OK


def test_a_cleaning_that_does_not_work_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inspect(home)["cleaning"][0] is Health.OK
    monkeypatch.setitem(sys.modules, "transforms.cleaning.clean", None)  # as if a library of it were missing
    health, detail = inspect(home)["cleaning"]
    assert health is Health.FAIL
    assert "install newsfold again" in detail


def test_long_without_success_fails_however_often_it_was_tried(home: Path) -> None:
    assert inspect(home)["last success"][0] is Health.OK
    with open_working(home, purpose="test") as con:
        con.execute("UPDATE runs SET finished_at = finished_at - INTERVAL 25 HOUR")
    note_attempt(home, command="ingest", message="no inbox", now=utc_now())
    found = inspect(home)
    assert found["last success"][0] is Health.FAIL
    assert "25 h" in found["last success"][1]
    assert found["last run"][0] is Health.WARN


def test_a_server_that_does_not_answer_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert inspect(home)["prefect"][0] is Health.FAIL
    assert CliRunner().invoke(cli, ["doctor", "--home", str(home)]).exit_code == 1


@pytest.mark.parametrize("answer", [b"220 mail.example ESMTP\r\n", b"HTTP/1.1 200 OK\r\n\r\n[{}]"])
def test_what_answers_otherwise_than_prefect_fails(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Other) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{listening.server_address[1]}/api")
        (finding,) = inspect_prefect(load_settings())
        listening.shutdown()
    assert finding.health is Health.FAIL
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:99999/api")
    (finding,) = inspect_prefect(load_settings())
    assert finding.health is Health.FAIL
