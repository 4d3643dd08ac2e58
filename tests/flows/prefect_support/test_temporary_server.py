"""The Prefect server that a run starts ahead: used where it answers, and only where Prefect would start one."""

from __future__ import annotations

import os
import subprocess
import sys
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


def run(home: Path, *, call: str = "", **variables: str) -> tuple[str, ...]:
    """Run a flow behind `start_server`; return the address that counted, that of pages, and what was imported."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    quiet = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _RUN.format(call=call)],
        check=True,
        capture_output=True,
        text=True,
        env=kept | quiet | variables,
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
