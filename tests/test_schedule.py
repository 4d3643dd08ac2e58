"""The schedule on a real Prefect server, and the ways to start a flow by hand."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import types
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.prefect_plugin import add_command
from flows.prefect_run import newsfold_arguments
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


# --- the command


@pytest.mark.parametrize("program", ["pytest", "/usr/bin/newsfold", "", "/srv/prefect/manage.py"])
def test_other_programs_are_left_as_they_are(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prefect.cli._app", None)  # importing it would raise
    assert add_command([program, "run"]) is False


class CommandLine:
    """Stands in for Prefect's private command-line object."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def command(self, target: str, *, name: str, help: str) -> None:
        assert ":" in target
        assert help
        self.names.append(name)


def pretend_prefect(monkeypatch: pytest.MonkeyPatch, app: object) -> None:
    module = types.ModuleType("prefect.cli._app")
    if app is not None:
        module._app = app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "prefect.cli._app", module)


def test_the_command_is_added_once_and_never_over_another(monkeypatch: pytest.MonkeyPatch) -> None:
    app = CommandLine("deploy")
    pretend_prefect(monkeypatch, app)
    assert add_command(["/opt/bin/prefect", "run"])
    assert app.names == ["deploy", "run"]
    theirs = CommandLine("run")
    pretend_prefect(monkeypatch, theirs)
    assert not add_command(["/opt/bin/prefect", "run"])
    assert theirs.names == ["run"]


@pytest.mark.parametrize("app", [None, object()])
def test_a_prefect_with_other_insides_is_left_alone_and_says_what_to_type(
    app: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_prefect(monkeypatch, app)
    assert not add_command(["prefect", "deploy"])
    assert capsys.readouterr().err == ""
    assert not add_command(["prefect", "run"])
    assert "newsfold ingest" in capsys.readouterr().err


def test_words_after_run_are_newsfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert newsfold_arguments(("ingest", "a", "--home", "h")) == [
        "ingest",
        "--prefect",
        "always",
        "a",
        "--home",
        "h",
    ]
    assert newsfold_arguments(()) == ["ingest", "--prefect", "always"]
    assert newsfold_arguments(("maintain",)) == ["maintain", "--prefect", "always"]
    with pytest.raises(SystemExit) as ended:
        newsfold_arguments(("deploy",))
    assert ended.value.code == 2
    (tmp_path / "seeds" / "inbox").mkdir(parents=True)
    assert newsfold_arguments(()) == ["ingest", "--prefect", "always", "seeds/inbox"]
    (tmp_path / "inbox").mkdir()
    assert newsfold_arguments(()) == ["ingest", "--prefect", "always"]


# --- a real server


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
    assert names == steps | {"refold"}  # which finds the models unchanged
    assert {task["state_type"] for task in tasks} == {"COMPLETED"}
    artifacts = api(env, "/artifacts/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    by_type = {artifact["type"]: str(artifact["data"]) for artifact in artifacts}
    assert set(by_type) == {"table", "markdown", "progress"}
    assert "loaded" in by_type["table"]
    assert "1 loaded" in by_type["markdown"]
    assert "quiet tide" in by_type["markdown"]


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
def test_serve_fires_alone_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """One command is the whole schedule: its server, its runs; SIGTERM ends all of it."""
    env, port = environment(tmp_path), free_port()
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "page.html").write_text(PAGE.format(title="quiet night"))
    arguments = [sys.executable, "-c", SERVE, "--cron", "* * * * *", "--port", str(port)]
    process = subprocess.Popen(arguments, env=env, cwd=tmp_path)
    try:
        wait_until(lambda: stories(env) == ["quiet night"], 240, "the first story")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    wait_until(lambda: not _is_open(port), 15, "the end of the server")


@pytest.mark.slow
def test_serve_tells_a_wrong_schedule(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", SERVE, "--cron", "now and then", "--port", str(free_port())]
    done = subprocess.run(
        arguments, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "now and then" in done.stderr


def _is_open(port: int) -> bool:
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
