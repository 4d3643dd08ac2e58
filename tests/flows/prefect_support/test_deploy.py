"""The systemd unit and the container file: what they start fires alone, is healthy, and ends as it should."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

from flows.settings.settings import Settings
from tests.flows.prefect_support.prefect_server import (
    NEWSFOLD,
    PAGE,
    PATIENCE,
    ROOT,
    environment,
    free_port,
    is_open,
    stories,
    wait_until,
)

SERVICE = (ROOT / "deploy" / "newsfold.service").read_text()
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text()
# What Prefect and its parts print when a signal or a busy disk meets them at an unlucky instant, and go on:
# a signal raised inside a destructor, a query of the server's own database that waits, objects of a library at its end.
OF_OTHERS = re.compile(
    r"^Exception ignored in: .*\n(?:.+\n|\n)*?prefect\.exceptions\.TerminationSignal: ?\n"
    r"|^.*\| (?:ERROR|WARNING)\b.*\n(?:(?!.*\| [A-Z]+ +\| ).*\n)*?.*database is locked.*\n"
    r"(?:(?!.*\| [A-Z]+ +\| ).*\n)*"
    r"|^nanobind: leaked .*\n(?: - .*\n|nanobind: .*\n)*",
    re.MULTILINE,
)


def said(text: str, key: str) -> list[str]:
    """Return the values of a key in a systemd unit."""
    return [line.removeprefix(f"{key}=") for line in text.splitlines() if line.startswith(f"{key}=")]


def container_environment() -> dict[str, str]:
    """Return what the container file sets for the process in it."""
    (block,) = re.findall(r"^ENV ((?:.*\\\n)*.*)$", CONTAINER, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in shlex.split(block.replace("\\\n", " ")))


@pytest.mark.slow
def test_serve_fires_alone_is_healthy_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The line of the systemd unit, with the health check of the container: one command is the whole schedule.

    Its server, its runs. SIGTERM ends all of it in the middle of a run, though it comes twice and to every process
    of the group, as some supervisors send it; and nothing is said that looks like a fault.
    """
    env, port, health = environment(tmp_path), free_port(), str(free_port())
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "page.html").write_text(PAGE.format(title="quiet night"))
    places = {"/opt/newsfold/bin": str(NEWSFOLD.parent), "/var/lib/newsfold": str(tmp_path)}
    (line,) = said(SERVICE, "ExecStart")
    for there, here in places.items():
        line = line.replace(there, here)
    arguments = [*shlex.split(line.replace("--cron ${SCHEDULE}", "--interval 2")), "--port", str(port)]
    env |= {name: value for name, value in container_environment().items() if "RUNNER" in name}
    env["PREFECT_RUNNER_SERVER_PORT"] = health
    (check,) = re.findall(r"^HEALTHCHECK .*\\\n\s+CMD (.*)$", CONTAINER, re.MULTILINE)
    checks = [sys.executable, *json.loads(check.replace(":8080/", f":{health}/"))[1:]]
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(arguments, env=env, cwd=tmp_path, stderr=out, start_new_session=True)
    try:
        wait_until(lambda: stories(env) == ["quiet night"], PATIENCE, "the first story", unless=process)
        assert subprocess.run(checks, check=False, capture_output=True).returncode == 0
        write_long_input(tmp_path / "inbox")
        lock = tmp_path / "home" / "working.lock"
        wait_until(lambda: b"ingest" in lock.read_bytes(), PATIENCE, "a run in the middle", unless=process)
        for _ in range(2):
            os.killpg(process.pid, getattr(signal, said(SERVICE, "KillSignal")[0]))
            time.sleep(0.05)
        assert process.wait(PATIENCE) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    wait_until(lambda: not is_open(port), PATIENCE, "the end of the server")
    assert subprocess.run(checks, check=False, capture_output=True).returncode == 1
    printed = log.read_text()
    own = OF_OTHERS.sub("", printed)
    assert not re.search("Traceback|Warning|leaked|never awaited", own), printed


def write_long_input(inbox: Path) -> None:
    """Put a file into the inbox that a run needs seconds for, in one step."""
    text = "The harbour council of Port Ellery voted to rebuild the lighthouse. " * 20
    lines = (json.dumps({"title": f"Vote number {n}", "text": f"{n} {text}"}) for n in range(20_000))
    (inbox / "long.part").write_text("\n".join(lines))
    (inbox / "long.part").replace(inbox / "long.jsonl")


def test_what_deploys_says_what_exists() -> None:
    """Names of settings in the container and the unit are read by somebody; the container runs what the unit runs."""
    names = [name for name in container_environment() if name.startswith("NEWSFOLD_")]
    assert {name.removeprefix("NEWSFOLD_").lower() for name in names} <= set(Settings.model_fields)
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", CONTAINER, re.MULTILINE)
    (words,) = re.findall(r"^CMD (.*)$", CONTAINER, re.MULTILINE)
    (line,) = said(SERVICE, "ExecStart")
    assert [*json.loads(entry), *json.loads(words)][:2] == [Path(shlex.split(line)[0]).name, "serve"]
    assert all(
        (ROOT / source).exists() for source in re.findall(r"^COPY (?!--)(\S+)", CONTAINER, re.MULTILINE)
    )


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_what_runs_on_many_machines_says_what_exists(name: str) -> None:
    """Settings are settings, entry points are programs of the image, and nodes leave limits to newsfold."""
    text = (ROOT / "deploy" / name).read_text()
    assert [document for document in yaml.safe_load_all(text) if not isinstance(document, dict)] == []
    stated = {found.lower() for found in re.findall(r"\bNEWSFOLD_([A-Z_]+):", text)}
    assert {"engine", "engine_spool", "inbox"} <= stated <= set(Settings.model_fields)
    assert re.search(r"dask\W+worker\b.*--nthreads\W+1\W+--no-nanny\W+--memory-limit\W+0", text)
    image = set(re.findall(r"image: (\S+)", text))
    assert image == {"newsfold"}


def test_only_the_head_has_the_health_check_of_a_schedule() -> None:
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    without = [name for name, service in services.items() if service.get("healthcheck") == {"disable": True}]
    assert without == [name for name, service in services.items() if "entrypoint" in service]


def test_what_the_unit_and_the_image_name_is_there() -> None:
    """Pages of the unit are installed with the package, the failure unit is shipped, the image copies what it may."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    installed = project["tool"]["setuptools"]["data-files"]
    for page in said(SERVICE, "Documentation"):
        folder, _, name = page.removeprefix("file:/opt/newsfold/").rpartition("/")
        assert name in {Path(source).name for source in installed[folder]}
        assert all((ROOT / source).exists() for source in installed[folder])
    (unit,) = said(SERVICE, "OnFailure")
    assert (ROOT / "deploy" / unit.replace("%n.service", ".service")).exists()
    kept = (ROOT / "deploy" / "Containerfile.dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINER, re.MULTILINE)
    assert {name for line in copied for name in line.split()} == {
        line.removeprefix("!") for line in kept if line.startswith("!")
    }


@pytest.mark.slow
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed here")
    unit = tmp_path / "newsfold.service"
    unit.write_text(SERVICE.replace("/opt/newsfold/bin/newsfold", str(NEWSFOLD)))
    failure = tmp_path / "newsfold-failure@newsfold.service"
    failure.write_text((ROOT / "deploy" / "newsfold-failure@.service").read_text())
    done = subprocess.run(
        ["systemd-analyze", "verify", unit, failure], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
