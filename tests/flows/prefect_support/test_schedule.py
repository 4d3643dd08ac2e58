"""On a real Prefect server: runs by hand and by schedule, what they show, and what is reported when they fail."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from flows.prefect_support.serve import ServeError, local_server
from tests.flows.prefect_support.prefect_server import (
    NEWSFOLD,
    PAGE,
    PATIENCE,
    PREFECT,
    ROOT,
    api,
    artifacts,
    ask,
    environment,
    free_port,
    listening,
    prefect,
    run_script,
    stories,
    wait_until,
)

LOADED = "SELECT source_ref FROM documents WHERE disposition = 'loaded'"


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
    of_the_batch = {
        f"{step} of batch 1" for step in ("clean", "load", "identity", "copies", "stories", "check")
    }
    # `refold` finds the models unchanged, `fold` holds all the others
    expected = of_the_batch | {"discover", "compare", "publish", "refold", "fold"}

    def finished_tasks() -> set[str]:
        tasks = api(env, "/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
        assert {task["state_type"] for task in tasks} <= {"PENDING", "RUNNING", "COMPLETED"}
        return {
            re.sub(r"^fold-.*", "fold", str(task["name"]))
            for task in tasks
            if task["state_type"] == "COMPLETED"
        }

    # the server learns of tasks by events, which it may handle after the run has ended
    wait_until(lambda: finished_tasks() >= expected, PATIENCE, "all tasks")
    assert finished_tasks() == expected
    assert str(run["name"]).startswith(f"ingest {tmp_path / 'home'} ")
    logs = api(env, "/logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}})
    assert any("1 files, 1 documents" in str(line["message"]) for line in logs)
    assert any("new story" in str(line["message"]) and "quiet tide" in str(line["message"]) for line in logs)
    pages = artifacts(env, str(run["id"]))
    assert set(pages) == {
        "newsfold-outcome",
        "newsfold-sources",
        "newsfold-quality",
        "newsfold-run",
        "newsfold-progress",
    }
    assert "loaded" in pages["newsfold-outcome"]
    assert "1 loaded" in pages["newsfold-run"]
    assert "quiet tide" in pages["newsfold-run"]
    assert "Slowest sources" in pages["newsfold-run"]
    assert json.loads(pages["newsfold-sources"])[0]["source"] == str(tmp_path)  # no outlet is known
    measures = {row["measure"]: row["this run"] for row in json.loads(pages["newsfold-quality"])}
    assert measures["documents"] == 1
    assert measures["share rejected"] == 0

    # what is erased leaves the server too: the run that named it, its pages, and with the next clean-up its log
    (article,) = ask(env, "SELECT article_id FROM articles")
    erasing = [str(NEWSFOLD), "erase", article, "--yes", "--json"]
    done = subprocess.run(erasing, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["prefect_runs"] == 1
    assert api(env, "/flow_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}}) == []
    assert not [data for data in artifacts(env, str(run["id"])).values() if "quiet tide" in data]


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
    with listening(Listener) as address:
        yield f"{address}hook"


BLOCKS = """
import sys
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.blocks.webhook import Webhook
payload = {"subject": "{{subject}}", "body": "{{body}}"}
CustomWebhookNotificationBlock(name="desk", url=sys.argv[1], json_data=payload).save("desk", overwrite=True)
Webhook(url=sys.argv[1]).save("plain", overwrite=True)
"""


@pytest.mark.slow
def test_a_failed_run_is_reported_on_its_page_and_to_the_block(
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
from prefect import flow, task
from flows.prefect_tasks import failure_can_pass, with_settings
from flows.settings.settings import load_settings
from warehouse.errors import Busy, Damaged, DiskFull, Holder

settings = load_settings(retry_delays=(0.2, 0.2), run_seconds=1.5)
begun = []

@flow
def trial(error, times):
    @task(retry_condition_fn=failure_can_pass, persist_result=False)
    def work():
        begun.append(error)
        if error == "slow":
            time.sleep(30)
        if len(begun) <= times:
            raise {"busy": Busy(Path("w"), Holder()), "full": DiskFull("full"), "damaged": Damaged("d")}[error]
        return "done"
    return with_settings(work, settings)()

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
    """prefect.yaml as it is shipped, but every few seconds: deployed, worked on by a process worker, and watched.

    The folder that was deployed from is gone when the worker starts, as on another machine.
    """
    folder, env = server
    shipped = (ROOT / "prefect.yaml").read_text()
    assert shipped.count('- cron: "*/15 * * * *"') == 1
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "prefect.yaml").write_text(shipped.replace('- cron: "*/15 * * * *"', "- interval: 8"))
    assert prefect(env, "work-pool", "create", "newsfold", "--type", "process").returncode == 0
    deployed = prefect(env, "deploy", "--all", "--no-prompt", cwd=checkout)
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    shutil.rmtree(checkout)
    worker = subprocess.Popen(
        [PREFECT, "worker", "start", "--pool", "newsfold", "--type", "process"], env=env, cwd=tmp_path
    )
    try:
        (folder / "inbox" / "one.html").write_text(PAGE.format(title="first flood"))
        wait_until(lambda: "first flood" in stories(env), PATIENCE, "the first story", unless=worker)
        (folder / "inbox" / "two.html").write_text(PAGE.format(title="second flood"))
        wait_until(lambda: len(ask(env, LOADED)) >= 2, PATIENCE, "the second document", unless=worker)
        ended = "newsfold.flow-run.completed"
        wait_until(lambda: ended in events(env, ended), PATIENCE, "the event of its end", unless=worker)
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(20)  # Prefect's own worker goes on now and then; how it ends is not at stake here
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


SERVE = "import sys; from flows.cli import main; main(['serve', *sys.argv[1:]])"


@pytest.mark.slow
def test_serve_names_a_wrong_schedule(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", SERVE, "--cron", "now and then", "--port", str(free_port())]
    done = subprocess.run(
        arguments, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "now and then" in done.stderr


LOST = """
import sys, time
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.events import emit_event
from prefect.states import Completed, Pending, Running
from flows.maintain import maintain
from flows.prefect_support.alerts import install_alerts
from flows.prefect_support.serve import close_lost_runs
from flows.settings.settings import load_settings
from flows.prefect_tasks import report_end

limit = ConcurrencyLimitConfig(limit=1, collision_strategy="CANCEL_NEW")
close_lost_runs()  # what a test before this one left open when it ended its worker
deployment = maintain.to_deployment("lost", tags=["newsfold"], concurrency_limit=limit).apply()
with get_client(sync_client=True) as client:
    def start():
        run = client.create_flow_run_from_deployment(deployment)
        answer = client.set_flow_run_state(run.id, Pending())
        if answer.status.value == "ACCEPT":
            client.set_flow_run_state(run.id, Running())
        return client.read_flow_run(run.id)

    def state(run):
        return client.read_flow_run(run.id).state.type.value

    def beat(run):
        resource = {"prefect.resource.id": f"prefect.flow-run.{run.id}"}
        emit_event("prefect.flow-run.heartbeat", resource=resource, related=[tag])

    tag = {"prefect.resource.id": "prefect.tag.newsfold", "prefect.resource.role": "tag"}
    ended, late = start(), None
    client.set_flow_run_state(ended.id, Completed())
    late = start()
    client.set_flow_run_state(late.id, Completed())
    print(state(start()), state(start()), close_lost_runs(), state(lost := start()))
    for _ in range(2):  # installing twice leaves one
        install_alerts(load_settings(), missing_seconds=10)
    names = [each.name for each in client.read_automations()]
    print(sorted(names))
    time.sleep(5)  # until the server has read its automations
    for run in (ended, late, lost):  # their last ones; of two of them Prefect withholds that they ended
        beat(run)
    report_end(maintain, client.read_flow_run(ended.id), Completed())
    while state(lost) != "CRASHED":
        time.sleep(0.5)
    print(state(start()), close_lost_runs(), ended.id, late.id)
"""


@pytest.mark.slow
def test_a_run_that_died_gives_its_place_back_and_is_reported(
    server: tuple[Path, dict[str, str]], listener: str
) -> None:
    """Else every later run is cancelled, for ever: Prefect believes that the dead one is still at work.

    When its machine went down, the schedule says so as it begins again; when its process did, the server itself.
    """
    _, env = server
    assert run_script(env, BLOCKS, listener).returncode == 0
    done = run_script(env | {"NEWSFOLD_NOTIFY_BLOCK": "custom-webhook/desk"}, LOST)
    places, names, end = done.stdout.splitlines()[-3:]
    assert (places, names) == (
        "RUNNING CANCELLED 1 RUNNING",
        "['newsfold: dead runs', 'newsfold: report of dead runs', 'newsfold: silence']",
    ), done.stderr
    state, closed, ended, late = end.split()
    assert (state, closed) == ("RUNNING", "1")
    wait_until(lambda: Listener.heard, PATIENCE, "the message")
    refused = "prefect.automation.action.failed"
    wait_until(lambda: late in events(env, refused), PATIENCE, "the refusal to change a run that had ended")
    assert ended not in events(env, refused)
    assert [heard["subject"] for heard in Listener.heard] == ["newsfold: a run died"]


def events(env: dict[str, str], name: str) -> str:
    """Return the last events of a name that the server has, as one text."""
    return json.dumps(api(env, "/events/filter", {"filter": {"event": {"name": [name]}}, "limit": 50}))


@pytest.mark.slow
def test_a_port_that_something_else_holds_is_reported() -> None:
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


@pytest.mark.slow
def test_the_form_of_a_run_has_a_description_for_every_setting_and_choices(
    server: tuple[Path, dict[str, str]],
) -> None:
    from flows.ingest import ingest
    from flows.settings.settings import Settings

    schema = ingest.parameters.model_dump()
    form = schema["definitions"]["RunSettings"]["properties"]
    assert set(form) == set(Settings.model_fields)
    assert all(field["description"] for field in form.values())
    assert "earliest" in str(form["canonical_policy"])
    assert all(each.get("description") for each in schema["properties"].values())
