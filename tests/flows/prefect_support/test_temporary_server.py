"""The Prefect server that a run starts ahead: used where it answers, and only where Prefect would start one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

_RUN = """
import sys
from flows.prefect_support.temporary_server import start_server
wait = start_server()
from prefect import flow
from prefect.settings import get_current_settings
if wait is not None:
    wait()
url = get_current_settings().api.url
if "{call}":
    flow(lambda: None, name="nothing")()
print(url or "", get_current_settings().ui_url or "", "prefect.server.api.server" in sys.modules)
"""


def variables_of(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    quiet = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    return kept | quiet


def run(home: Path, *, call: str = "", **variables: str) -> tuple[str, ...]:
    """Run a flow behind `start_server`; return the address that counted, that of pages, and what was imported."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN.format(call=call)],
        check=True,
        capture_output=True,
        text=True,
        env=variables_of(home) | variables,
    )
    return tuple(done.stdout.splitlines()[-1].split(" "))


def test_the_run_uses_the_server_and_imports_none_itself(tmp_path: Path) -> None:
    address, pages, has_imported = run(tmp_path, call="yes")
    assert address.startswith("http://127.0.0.1:")
    assert (pages, has_imported) == ("", "False")


@pytest.mark.parametrize(
    "variables",
    [
        {"PREFECT_API_URL": "http://127.0.0.1:9/api"},
        {"PREFECT_SERVER_EPHEMERAL_ENABLED": "false"},
        {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "0"},
    ],
)
def test_what_is_configured_stays_and_a_server_that_does_not_answer_is_left_to_prefect(
    variables: dict[str, str], tmp_path: Path
) -> None:
    address, *_ = run(tmp_path, **variables)
    assert address == variables.get("PREFECT_API_URL", "")


_WAITING_RUN = """
import signal
from flows.prefect_support.temporary_server import start_server
wait = start_server()
wait()
signal.signal(signal.SIGINT, signal.SIG_IGN)
from prefect.settings import get_current_settings
print(get_current_settings().api.url, flush=True)
input()
"""


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def test_a_killed_run_leaves_no_server_behind(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WAITING_RUN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=variables_of(tmp_path),
    ) as waiting:
        assert waiting.stdout is not None
        port = int(waiting.stdout.readline().strip().removesuffix("/api").rpartition(":")[2])
        assert listens(port)

        waiting.send_signal(signal.SIGKILL)

    until = time.monotonic() + 60
    while listens(port) and time.monotonic() < until:
        time.sleep(0.05)
    assert not listens(port)


def test_an_interrupt_of_the_whole_group_reaches_the_run_alone(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WAITING_RUN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=variables_of(tmp_path),
        start_new_session=True,
    ) as waiting:
        assert waiting.stdout is not None
        port = int(waiting.stdout.readline().strip().removesuffix("/api").rpartition(":")[2])

        os.killpg(waiting.pid, signal.SIGINT)

        time.sleep(1.0)  # long enough for a server that it reached to have ended
        assert listens(port)
        waiting.communicate("\n", timeout=60)
