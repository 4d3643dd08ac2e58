"""A schedule on one machine: starts a Prefect server when there is none, and runs the flows when they are due."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
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

    With PREFECT_API_URL set, that server keeps the schedule; else the one on this machine's loopback at `port`,
    which is started and ended with us when there is none. One run at a time: a run that is due while another works
    is cancelled, and the next one takes what it would have read. Raises ServeError.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # until Prefect listens for it
    own = contextlib.nullcontext() if os.environ.get("PREFECT_API_URL") else local_server(port)
    with own as server:
        if server is not None:
            os.environ["PREFECT_API_URL"] = server.api_url  # before Prefect is imported: it reads this once
        run = _prepare(cron, inbox, home, timezone, nightly)  # two seconds of imports while the server starts
        if server is not None:
            server.wait()
            if server.is_own:
                close_lost_runs()
        run()


class LocalServer:
    """A Prefect server on loopback, starting; one that answers at this port already is used and left running."""

    def __init__(self, port: int) -> None:
        self.api_url = f"http://127.0.0.1:{port}/api"
        self._process = None if _answers(self.api_url) else _start_server(port, self.api_url)

    @property
    def is_own(self) -> bool:
        """Whether it was started here."""
        return self._process is not None

    def wait(self) -> None:
        """Return when it answers. Raises ServeError when it does not come up."""
        end = time.monotonic() + SERVER_START_SECONDS
        while not _answers(self.api_url):
            code = None if self._process is None else self._process.poll()
            if code is not None:
                raise ServeError(f"the Prefect server ended with code {code}: is the port taken? See --port")
            if time.monotonic() > end:
                raise ServeError(f"the Prefect server did not answer within {SERVER_START_SECONDS:g} s")
            time.sleep(0.25)

    def stop(self) -> None:
        """End it if it is ours, gently first."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def local_server(port: int) -> Iterator[LocalServer]:
    """Start a Prefect server on loopback and stop it at the end; call its `wait` before using it."""
    server = LocalServer(port)
    try:
        yield server
    finally:
        server.stop()


def _start_server(port: int, api_url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # in memory, its default, a restart would forget who holds the one place and never give it back
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        **os.environ,
        "PREFECT_API_URL": api_url,
    }
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)


def close_lost_runs() -> int:
    """Mark runs that a server just started still believes to be running as crashed, and return how many.

    Their machine went down with them. Left as they are, each holds its deployment's one place, and every later run
    is cancelled.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import State, StateType
    from prefect.states import Crashed

    open_states = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    chosen = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=open_states)))
    with get_client(sync_client=True) as client:
        lost = client.read_flow_runs(flow_run_filter=chosen)
        for each in lost:
            state: State[None] = Crashed(message="its machine or its schedule went down")
            client.set_flow_run_state(each.id, state)  # not forced: only then is its place given back
    return len(lost)


def _answers(api_url: str) -> bool:
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({})
    )  # a proxy does not know our loopback
    try:
        with direct.open(f"{api_url}/health", timeout=2) as answer:
            return bool(answer.read(16) == b"true")
    except (OSError, http.client.HTTPException):
        return False


def _prepare(cron: str, inbox: Path, home: Path, timezone: str, nightly: str) -> Callable[[], None]:
    """Make the deployments; calling what comes back serves them."""
    from prefect import serve as serve_deployments
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.deployments.runner import RunnerDeployment
    from prefect.types.entrypoint import EntrypointType

    from flows.ingest import ingest
    from flows.maintain import maintain

    try:
        schedules = [CronSchedule(cron=each, timezone=timezone) for each in (cron, nightly)]
    except ValueError as error:
        raise ServeError(
            f"no schedule in cron's words, or no such zone: {cron!r}, {nightly!r}, {timezone}"
        ) from error
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
        schedules=schedules[:1],
        parameters={"home": place, "settings": settings},
        **shared,
    )
    nightly_deployment = maintain.to_deployment(
        "nightly",
        schedules=schedules[1:],
        parameters={"home": place},
        **shared,
    )
    return partial(
        serve_deployments,
        # outside an event loop `to_deployment` gives the deployment itself
        cast("RunnerDeployment", inbox_deployment),
        cast("RunnerDeployment", nightly_deployment),
        pause_on_shutdown=False,  # a stop and a crash leave the same schedule behind
        print_starting_message=False,
    )
