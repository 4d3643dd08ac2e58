"""A schedule on one machine: starts a Prefect server when there is none, and runs the flows when they are due."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

SERVER_START_SECONDS = 120.0  # measured: 8 s, and 30 s with cold files on a busy machine
SERVER_STOP_SECONDS = 10.0
NIGHTLY = "20 3 * * *"


class ServeError(Exception):
    """The schedule cannot be served; the message says what to do."""


def serve(
    *, cron: str, inbox: Path, home: Path, port: int = 4200, timezone: str = "UTC", nightly: str = NIGHTLY
) -> None:
    """Run ingest by `cron` and maintain by `nightly` until SIGTERM or Ctrl-C.

    With PREFECT_API_URL set, that server keeps the schedule; else one is started on this machine's loopback at
    `port` and ended with us. One run at a time: a run that is due while another works is cancelled, and the next
    one takes what it would have read. Raises ServeError.
    """
    if os.environ.get("PREFECT_API_URL"):
        _serve_flows(cron, inbox, home, timezone, nightly)
        return
    with local_server(port) as api_url:
        os.environ["PREFECT_API_URL"] = api_url
        _serve_flows(cron, inbox, home, timezone, nightly)


@contextlib.contextmanager
def local_server(port: int) -> Iterator[str]:
    """Run a Prefect server on loopback and yield its API's URL. Raises ServeError when it does not come up."""
    url = f"http://127.0.0.1:{port}/api"
    if _answers(url):
        raise ServeError(
            f"something answers at {url} already: set PREFECT_API_URL to use it, or choose --port"
        )
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        **os.environ,
        "PREFECT_API_URL": url,
    }
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
    try:
        end = time.monotonic() + SERVER_START_SECONDS
        while not _answers(url):
            if process.poll() is not None:
                raise ServeError(
                    f"the Prefect server ended with code {process.returncode}; what it said is above"
                )
            if time.monotonic() > end:
                raise ServeError(f"the Prefect server did not answer within {SERVER_START_SECONDS:g} s")
            time.sleep(0.25)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(api_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=2) as answer:  # noqa: S310 - our own loopback URL
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _serve_flows(cron: str, inbox: Path, home: Path, timezone: str, nightly: str) -> None:
    # Prefect takes two seconds to import, so it waits until the server is up
    from prefect import serve as serve_deployments
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.deployments.runner import RunnerDeployment
    from prefect.types.entrypoint import EntrypointType

    from flows.ingest import ingest
    from flows.maintain import maintain

    settings = {"inbox": str(inbox.absolute())}
    place = str(home.absolute())
    shared: dict[str, Any] = {
        "tags": ["newsfold"],
        "entrypoint_type": EntrypointType.MODULE_PATH,
        "concurrency_limit": ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
        ),
    }
    inbox_deployment = ingest.to_deployment(
        "inbox",
        schedules=[CronSchedule(cron=cron, timezone=timezone)],
        parameters={"home": place, "settings": settings},
        **shared,
    )
    nightly_deployment = maintain.to_deployment(
        "nightly",
        schedules=[CronSchedule(cron=nightly, timezone=timezone)],
        parameters={"home": place},
        **shared,
    )
    serve_deployments(
        # outside an event loop `to_deployment` gives the deployment itself
        cast("RunnerDeployment", inbox_deployment),
        cast("RunnerDeployment", nightly_deployment),
        pause_on_shutdown=False,  # a stop and a crash leave the same schedule behind
        print_starting_message=False,
    )
