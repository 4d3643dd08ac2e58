"""The systemd unit and the container file: what they start fires alone, is healthy, and ends as it should."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import Settings
from tests.test_schedule import NEWSFOLD, PAGE, ROOT, environment, free_port, is_open, stories, wait_until

SERVICE = (ROOT / "deploy" / "newsfold.service").read_text()
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text()


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

    Its server, its runs; SIGTERM ends all of it.
    """
    env, port, health = environment(tmp_path), free_port(), str(free_port())
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "page.html").write_text(PAGE.format(title="quiet night"))
    places = {"/opt/newsfold/bin": str(NEWSFOLD.parent), "/var/lib/newsfold": str(tmp_path)}
    (line,) = said(SERVICE, "ExecStart")
    for there, here in places.items():
        line = line.replace(there, here)
    arguments = [*shlex.split(line.replace("${SCHEDULE}", "'* * * * *'")), "--port", str(port)]
    env |= {name: value for name, value in container_environment().items() if "RUNNER" in name}
    env["PREFECT_RUNNER_SERVER_PORT"] = health
    (check,) = re.findall(r"^HEALTHCHECK .*\\\n\s+CMD (.*)$", CONTAINER, re.MULTILINE)
    checks = [sys.executable, *json.loads(check.replace(":8080/", f":{health}/"))[1:]]
    process = subprocess.Popen(arguments, env=env, cwd=tmp_path)
    try:
        wait_until(lambda: stories(env) == ["quiet night"], 240, "the first story")
        assert subprocess.run(checks, check=False, capture_output=True).returncode == 0
    finally:
        process.send_signal(getattr(signal, said(SERVICE, "KillSignal")[0]))
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    wait_until(lambda: not is_open(port), 15, "the end of the server")
    assert subprocess.run(checks, check=False, capture_output=True).returncode == 1


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


@pytest.mark.slow
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed here")
    unit = tmp_path / "newsfold.service"
    unit.write_text(SERVICE.replace("/opt/newsfold/bin/newsfold", str(NEWSFOLD)))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
