"""On a real Prefect server: runs by hand and by schedule, what they show, and what is told when they fail."""

from __future__ import annotations

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from flows.serving import ServeError, local_server

ROOT = Path(__file__).parent.parent
PREFECT = Path(sys.executable).with_name("prefect")
NEWSFOLD = Path(sys.executable).with_name("newsfold")
LOADED = "SELECT source_ref FROM documents WHERE disposition = 'loaded'"
PAGE = """<html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>The harbour council of Port Ellery voted on Tuesday to rebuild the old lighthouse after the {title}.</p>
<p>Engineers said that the work would take two years and cost four million crowns, half of it from the state.</p>
<p>Mayor Ines Calder called the vote a relief for the fishing fleet, which had sailed by lamp since spring.</p>
</article></body></html>"""


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, api_url: str = "") -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NEWSFOLD_"))
    }
    chosen = {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "NEWSFOLD_HOME": str(folder / "home"),
        "NEWSFOLD_INBOX": str(folder / "inbox"),
        "NEWSFOLD_SETTLE_SECONDS": "0",
        "NEWSFOLD_WORKERS": "1",
    }
    return kept | chosen | ({"PREFECT_API_URL": api_url} if api_url else {})


def ask(env: dict[str, str], query: str) -> list[str]:
    """Ask the published warehouse as people do; the first column as text, nothing while there is no warehouse."""
    done = subprocess.run(
        [NEWSFOLD, "sql", "--json", query], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [str(next(iter(json.loads(line).values()))) for line in done.stdout.splitlines()]


def stories(env: dict[str, str]) -> list[str]:
    return ask(env, "SELECT title FROM stories ORDER BY title")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A Prefect server with an inbox and a home of its own."""
    folder = tmp_path_factory.mktemp("schedule")
    (folder / "inbox").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        patch.delenv("PREFECT_API_URL", raising=False)
        with local_server(free_port()) as started:
            started.wait()
            yield folder, environment(folder, started.api_url)


def prefect(env: dict[str, str], *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PREFECT, *arguments], env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.slow
def test_prefect_run_runs_the_flow(server: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    _, env = server
    env = env | {"NEWSFOLD_HOME": str(tmp_path / "home")}
    (tmp_path / "page.html").write_text(PAGE.format(title="spring storm"))
    done = prefect(env, "run", "ingest", str(tmp_path / "page.html"))
    assert done.returncode == 0, done.stderr + done.stdout
    assert stories(env) == ["spring storm"]
    runs = prefect(env, "flow-run", "ls", "--flow-name", "ingest", "-o", "json").stdout
    assert [run["state"]["type"] for run in json.loads(runs)] == ["COMPLETED"]
    assert prefect(env, "run", "nonsense").returncode == 2
    assert prefect(env, "run", "ingest", str(tmp_path / "absent")).returncode == 2


def api(env: dict[str, str], path: str, body: dict[str, object]) -> list[dict[str, object]]:
    """Ask the server as its own pages do."""
    request = urllib.request.Request(
        env["PREFECT_API_URL"] + path,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: list[dict[str, object]] = json.load(answer)
    return found


@pytest.mark.slow
def test_the_server_shows_the_run_with_its_tasks_and_artifacts(
    server: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    _, env = server
    env = env | {"NEWSFOLD_HOME": str(tmp_path / "home")}
    (tmp_path / "page.html").write_text(PAGE.format(title="quiet tide"))
    done = subprocess.run(
        [NEWSFOLD, "ingest", tmp_path / "page.html"],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (run,) = api(env, "/flow_runs/filter", {"limit": 1, "sort": "START_TIME_DESC"})
    assert (run["state_type"], run["parameters"]) == (
        "COMPLETED",
        {"paths": [str(tmp_path / "page.html")], "home": None, "settings": {}},
    )
    tasks = api(env, "/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    names = {str(task["name"]).rpartition("-")[0] for task in tasks}
    steps = {"discover", "compare", "clean", "load", "copies", "stories", "check", "publish"}
    assert names == steps | {
        "refold",
        "fold",
    }  # the first finds the models unchanged, the second holds all the others
    assert {task["state_type"] for task in tasks} == {"COMPLETED"}
    told = artifacts(env, str(run["id"]))
    assert set(told) == {
        "newsfold-outcome",
        "newsfold-sources",
        "newsfold-quality",
        "newsfold-run",
        "newsfold-progress",
    }
    assert "loaded" in told["newsfold-outcome"]
    assert "1 loaded" in told["newsfold-run"]
    assert "quiet tide" in told["newsfold-run"]
    assert "Slowest sources" in told["newsfold-run"]
    assert json.loads(told["newsfold-sources"])[0]["source"] == str(tmp_path)  # no outlet is known
    measures = {row["measure"]: row["this run"] for row in json.loads(told["newsfold-quality"])}
    assert measures["documents"] == 1
    assert measures["share rejected"] == 0


def artifacts(env: dict[str, str], run_id: str) -> dict[str, str]:
    """Return what a run put into the pages of the server, by key."""
    found = api(env, "/artifacts/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
    return {str(each["key"]): str(each["data"]) for each in found}


class Listener(http.server.BaseHTTPRequestHandler):
    """Takes what a notification block sends."""

    heard: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[str]:
    Listener.heard.clear()
    listening = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/hook"
    listening.shutdown()
    thread.join()
    listening.server_close()


BLOCKS = """
import sys
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.blocks.webhook import Webhook
told = {"subject": "{{subject}}", "body": "{{body}}"}
CustomWebhookNotificationBlock(name="desk", url=sys.argv[1], json_data=told).save("desk", overwrite=True)
Webhook(url=sys.argv[1]).save("plain", overwrite=True)
"""


def run_script(env: dict[str, str], code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_failed_run_is_told_on_its_page_and_to_the_block(
    server: tuple[Path, dict[str, str]], listener: str, tmp_path: Path
) -> None:
    _, env = server
    assert run_script(env, BLOCKS, listener).returncode == 0
    (tmp_path / "page.html").write_text(PAGE.format(title="broken dyke"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "working.duckdb").write_bytes(os.urandom(1 << 16))
    env = env | {"NEWSFOLD_HOME": str(tmp_path / "home"), "NEWSFOLD_NOTIFY_BLOCK": "custom-webhook/desk"}
    ingest = [str(NEWSFOLD), "ingest", str(tmp_path / "page.html")]
    done = subprocess.run(ingest, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    (run,) = api(env, "/flow_runs/filter", {"limit": 1, "sort": "START_TIME_DESC"})
    assert run["state_type"] == "FAILED"
    page = artifacts(env, str(run["id"]))["newsfold-run"]
    assert "This run failed" in page
    assert "newsfold recover" in page.replace("&#96;", "`")
    (heard,) = Listener.heard
    assert heard["subject"] == "newsfold: ingest failed"
    assert "cannot be opened" in heard["body"]
    assert "newsfold recover" in heard["body"]

    # a plain webhook, and settings so wrong that the flow itself never begins
    env |= {"NEWSFOLD_NOTIFY_BLOCK": "webhook/plain", "NEWSFOLD_BATCH_MB": "many"}
    code = "from flows.ingest import ingest; ingest()"
    assert "batch_mb" in run_script(env, code).stderr
    assert heard != Listener.heard[-1]
    assert "batch_mb" in Listener.heard[-1]["body"]


ATTEMPTS = """
import time
from pathlib import Path
from prefect import flow
from flows.attempts import attempt
from flows.settings import load_settings
from warehouse.errors import Busy, Damaged, DiskFull, Holder

settings = load_settings(retry_delays=(0.2, 0.2), run_seconds=1.5)
begun = []

@flow
def trial(error, times):
    def work():
        begun.append(error)
        if error == "slow":
            time.sleep(30)
        if len(begun) <= times:
            raise {"busy": Busy(Path("w"), Holder()), "full": DiskFull("full"), "damaged": Damaged("d")}[error]
        return "done"
    return attempt("work", settings, work)

for error, times in (("busy", 1), ("full", 2), ("full", 9), ("damaged", 1), ("slow", 0)):
    begun.clear()
    try:
        print(trial(error, times), len(begun), flush=True)
    except Exception as raised:
        print(type(raised).__name__, len(begun), flush=True)
"""


@pytest.mark.slow
def test_what_can_pass_is_tried_again_what_cannot_is_not_and_time_is_limited(
    server: tuple[Path, dict[str, str]],
) -> None:
    _, env = server
    scheduled = run_script(env | {"PREFECT__RUNTIME__DEPLOYMENT__ID": "inbox"}, ATTEMPTS)
    assert scheduled.stdout.splitlines() == [
        "done 2",
        "done 3",
        "DiskFull 3",
        "Damaged 1",
        "TaskRunTimeoutError 1",
    ], scheduled.stderr
    by_hand = run_script(env, ATTEMPTS).stdout.splitlines()
    assert by_hand == ["Busy 1", "DiskFull 1", "DiskFull 1", "Damaged 1", "TaskRunTimeoutError 1"]


@pytest.mark.slow
def test_a_schedule_fires_by_itself_and_the_stories_change(
    server: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """prefect.yaml as it is shipped, but every few seconds: deployed, worked on by a process worker, and watched."""
    folder, env = server
    shipped = (ROOT / "prefect.yaml").read_text()
    assert shipped.count('- cron: "*/15 * * * *"') == 1
    (tmp_path / "prefect.yaml").write_text(shipped.replace('- cron: "*/15 * * * *"', "- interval: 8"))
    assert prefect(env, "work-pool", "create", "newsfold", "--type", "process").returncode == 0
    deployed = prefect(env, "deploy", "--all", "--no-prompt", cwd=tmp_path)
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    worker = subprocess.Popen(
        [PREFECT, "worker", "start", "--pool", "newsfold", "--type", "process"], env=env, cwd=tmp_path
    )
    try:
        (folder / "inbox" / "one.html").write_text(PAGE.format(title="first flood"))
        wait_until(lambda: "first flood" in stories(env), 180, "the first story")
        (folder / "inbox" / "two.html").write_text(PAGE.format(title="second flood"))
        wait_until(lambda: len(ask(env, LOADED)) >= 2, 120, "the second document")
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(60)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


SERVE = "from flows.commands.serve import command; command.main()"


@pytest.mark.slow
def test_serve_tells_a_wrong_schedule(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", SERVE, "--cron", "now and then", "--port", str(free_port())]
    done = subprocess.run(
        arguments, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "now and then" in done.stderr


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


LOST = """
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.states import Pending, Running
from flows.maintain import maintain
from flows.serving import close_lost_runs

limit = ConcurrencyLimitConfig(limit=1, collision_strategy="CANCEL_NEW")
close_lost_runs()  # what a test before this one left open when it ended its worker
deployment = maintain.to_deployment("lost", concurrency_limit=limit).apply()
with get_client(sync_client=True) as client:
    def start():
        run = client.create_flow_run_from_deployment(deployment)
        answer = client.set_flow_run_state(run.id, Pending())
        if answer.status.value == "ACCEPT":
            client.set_flow_run_state(run.id, Running())
        return client.read_flow_run(run.id).state.type.value

    print(start(), start(), close_lost_runs(), start(), close_lost_runs())
"""


@pytest.mark.slow
def test_a_run_that_died_with_its_machine_gives_its_place_back(server: tuple[Path, dict[str, str]]) -> None:
    """Else every later run is cancelled, for ever: Prefect believes that the dead one is still at work."""
    _, env = server
    done = subprocess.run(
        [sys.executable, "-c", LOST], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[-5:] == ["RUNNING", "CANCELLED", "1", "RUNNING", "1"], done.stderr


@pytest.mark.slow
def test_a_port_that_something_else_holds_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with local_server(other.getsockname()[1]) as started, pytest.raises(ServeError, match="port"):
            started.wait()


@pytest.mark.slow
def test_a_server_that_runs_already_is_used_and_left(server: tuple[Path, dict[str, str]]) -> None:
    _, env = server
    with local_server(int(env["PREFECT_API_URL"].split(":")[2].removesuffix("/api"))) as second:
        second.wait()
    assert prefect(env, "work-pool", "ls").returncode == 0
