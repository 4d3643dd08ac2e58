"""A schedule on one machine: starts a Prefect server when there is none, and runs the flows when they are due."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from warehouse.errors import NewsfoldError
from warehouse.object_store import Place

SERVER_START_SECONDS = 120.0  # measured: 8 s, and 30 s with cold files on a busy machine
SERVER_STOP_SECONDS = 10.0
KEEP_RUNS_DAYS = 30  # what Prefect shows of a run; the ledger in the warehouse keeps all of them
NIGHTLY = "20 3 * * *"


class ServeError(NewsfoldError):
    """The schedule cannot be served (no such cron or zone, or no server starts); the message says what to do."""


def serve(
    *,
    cron: str,
    inbox: Place,
    home: Path,
    interval: float | None = None,
    port: int = 4200,
    timezone: str = "UTC",
    nightly: str = NIGHTLY,
) -> None:
    """Run ingest by `cron`, or every `interval` seconds, and maintain by `nightly` until SIGTERM or Ctrl-C.

    `cron` and `nightly` are five fields of cron in the zone `timezone`; `interval` counts before `cron`. With
    PREFECT_API_URL set, that server keeps the schedule; else the one on this machine's loopback at `port`; if none
    answers there, one is started and ended with this process. One run of each at a time: a run that is due while
    another works is cancelled, and the next one reads what it would have read. Raises ServeError for an invalid
    schedule or zone, and when the server does not start.
    """
    signal.signal(signal.SIGTERM, _leave)  # until the runner listens for it
    own = contextlib.nullcontext() if os.environ.get("PREFECT_API_URL") else local_server(port)
    with own as server:
        if server is not None:
            os.environ["PREFECT_API_URL"] = server.api_url  # before Prefect is imported: it reads this once
        run = _prepare(
            cron, interval, inbox, home, timezone, nightly
        )  # two seconds of imports while the server starts
        if server is not None:
            server.wait()
            if server.is_own:
                close_lost_runs()
        run()


def _leave(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would cut off the end of the server
    sys.exit(128 + signal.SIGTERM)


class LocalServer:
    """A Prefect server on loopback: starts one, or uses the one that answers at this port, which is left running."""

    def __init__(self, port: int) -> None:
        self.api_url = f"http://127.0.0.1:{port}/api"
        self._process = None if _answers(self.api_url) else _start_server(port, self.api_url)
        self._has_answered = False

    @property
    def is_own(self) -> bool:
        """Return whether this process started the server; else it was running before."""
        return self._process is not None

    def wait(self) -> None:
        """Wait until the server answers; raise ServeError when its process ends, or 120 s pass without an answer."""
        end = time.monotonic() + SERVER_START_SECONDS
        while not _answers(self.api_url):
            code = None if self._process is None else self._process.poll()
            if code is not None:
                raise ServeError(f"the Prefect server ended with code {code}: is the port taken? See --port")
            if time.monotonic() > end:
                raise ServeError(f"the Prefect server did not answer within {SERVER_START_SECONDS:g} s")
            time.sleep(0.25)
        self._has_answered = True

    def stop(self) -> None:
        """End the server if this process started it: SIGTERM first, SIGKILL when it does not end within 10 s.

        A server that is still starting gets SIGKILL at once: it holds nothing yet, and would end with tracebacks.
        Returns when the server has ended.
        """
        if self._process is None:
            return
        if not self._has_answered:
            self._process.kill()
        self._process.terminate()
        try:
            self._process.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def local_server(port: int) -> Iterator[LocalServer]:
    """Start a Prefect server on loopback, unless one answers at this port, and stop a started one after the block.

    Call `wait` of the yielded LocalServer before using it, which raises where the server does not start.
    """
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
        # its database: finished runs with their logs and artifacts go after a month, events after a week
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_DAYS * 86_400),
        # in memory, its default, a restart would forget who holds the one place and never give it back
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        **os.environ,
        "PREFECT_API_URL": api_url,
    }
    # in a session of its own: a signal to our process group must not end it while a run reports its own end to it
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )


def close_lost_runs() -> int:
    """Mark runs that a newly started server still counts as running as crashed, and return how many.

    They ended with their machine. Left as they are, each holds the one place of its deployment, and every later run is
    cancelled. Call it before any run begins: all that are running, pending or being cancelled count as lost, at most as
    many as the server returns at a time.
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


def _make_schedules(cron: str, interval: float | None, nightly: str, timezone: str) -> tuple[Any, Any]:
    """Return Prefect's schedules of ingest and of maintenance; raise ServeError for words that are none."""
    from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule

    try:
        by_day = (
            IntervalSchedule(interval=timedelta(seconds=interval))
            if interval
            else CronSchedule(cron=cron, timezone=timezone)
        )
        return by_day, CronSchedule(cron=nightly, timezone=timezone)
    except ValueError as error:
        raise ServeError(
            f"no schedule in cron's words, or no such zone: {cron!r}, {nightly!r}, {timezone}"
        ) from error


def _prepare(
    cron: str, interval: float | None, inbox: Place, home: Path, timezone: str, nightly: str
) -> Callable[[], None]:
    """Make the deployments; calling what comes back serves them."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.deployments.runner import RunnerDeployment
    from prefect.logging import get_logger
    from prefect.settings import get_current_settings
    from prefect.types.entrypoint import EntrypointType

    from flows.ingest import ingest
    from flows.maintain import maintain
    from flows.prefect_support.alerts import HEARTBEAT_SECONDS, NoSuchBlockError, install_alerts
    from flows.prefect_support.schedule_runner import ScheduleRunner
    from flows.settings.parameters import settings_of_run

    by_day, by_night = _make_schedules(cron, interval, nightly, timezone)
    settings = {"inbox": str(inbox.absolute() if isinstance(inbox, Path) else inbox)}
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
        schedules=[by_day],
        parameters={"home": place, "settings": settings},
        **shared,
    )
    nightly_deployment = maintain.to_deployment(
        "nightly",
        schedules=[by_night],
        parameters={"home": place},
        **shared,
    )
    # a stop and a crash leave the same schedule behind
    runner = ScheduleRunner(pause_on_shutdown=False, heartbeat_seconds=HEARTBEAT_SECONDS)

    def run() -> None:
        for each in (inbox_deployment, nightly_deployment):
            # outside an event loop `to_deployment` gives the deployment itself
            runner.add_deployment(cast("RunnerDeployment", each))
        try:
            for line in install_alerts(settings_of_run(place, None)):
                get_logger("newsfold").info(line)
        except NoSuchBlockError as error:  # a block can be saved only when its server runs
            server = get_current_settings().api.url
            get_logger("newsfold").warning("%s, %s; save it there and start again", error, server)
        asyncio.run(runner.start())

    return run
