"""Prefect's own server for one run, started before the rest of Prefect is imported, which takes about as long."""

from __future__ import annotations

import atexit
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flows.engine.worker import end_with_parent

if TYPE_CHECKING:
    from fastapi import FastAPI

_HOST = "127.0.0.1"
_LOOK_SECONDS = 0.05  # between two questions whether it answers
_STOP_SECONDS = 5.0
_PARENT = "NEWSFOLD_PARENT"  # the process that the server belongs to, by its id
# What this process is told of the server; no page of it is linked, since it has none.
_ADDRESS = {"PREFECT_API_URL": "http://{host}:{port}/api", "PREFECT_UI_URL": ""}


def app() -> FastAPI:
    """Make the application that uvicorn serves: Prefect's interface, without its pages and background services.

    Called in the process of the server, which ends with the one that started it, however that ends.
    """
    end_with_parent(int(os.environ[_PARENT]))
    from prefect.server.api.server import create_app

    return create_app(ephemeral=True, final=True)


def start_server() -> Callable[[], None] | None:
    """Start a Prefect server where Prefect would start one itself; return a function that waits until it answers.

    That is where no address is configured, in the environment, a profile or a file, and servers for a run are allowed;
    else None. To be called before flows are imported, and the function after that.
    Prefect starts its own only when a flow begins, and imports all of the server for that into this process too. Where
    this one does not answer in the time that Prefect's settings allow, it is ended, and Prefect starts its own. It ends
    with the process, behind what Prefect still sends then.
    """
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    if settings.api.url or not settings.server.ephemeral.enabled:
        return None
    port = _free_port()
    variables = settings.to_environment_variables(exclude_unset=True)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "--app-dir", str(Path(__file__).parents[2])),
            *("--factory", f"{__name__}:{app.__name__}", "--host", _HOST, "--port", str(port)),
            *("--log-level", "error", "--lifespan", "on"),
        ],
        env=os.environ | variables | {_PARENT: str(os.getpid())},
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C ends the run, which tells the server so first
    )
    atexit.register(_stop, process)
    until = time.monotonic() + settings.server.ephemeral.startup_timeout_seconds

    def wait() -> None:
        while process.poll() is None and time.monotonic() < until:
            if _answers(port):
                _use({name: value.format(host=_HOST, port=port) for name, value in _ADDRESS.items()})
                return
            time.sleep(_LOOK_SECONDS)
        _stop(process)

    return wait


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((_HOST, 0))
        port: int = one.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(_HOST, port, timeout=1.0)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _use(variables: dict[str, str]) -> None:
    """Have Prefect in this process, and in those that it starts, take these for its settings."""
    from prefect.context import refresh_global_settings_context

    os.environ.update(variables)
    refresh_global_settings_context()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
