"""Prefect's runner of served deployments, which SIGTERM and Ctrl-C stop in order, however often they come."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

from prefect.runner import Runner

# A run is asked to end, its state reported: seconds. A server that was ended by the same signal answers nothing.
STOP_SECONDS = 15.0
# From the signal on, after which whatever still runs is killed: half of what the systemd unit allows.
PATIENCE_SECONDS = 30.0


class ScheduleRunner(Runner):
    """Prefect's runner of deployments that are due, with an ordered stop by SIGTERM and Ctrl-C.

    Prefect's own handler of SIGTERM raises SystemExit inside whatever the event loop does at that instant. A second
    signal does so while the first one is unwinding, and leaves threads that wait for ever. Here the first one begins an
    ordered stop, and those after it change nothing.
    """

    _work: asyncio.Task[Any] | None = None
    _stop: asyncio.Task[None] | None = None

    async def start(self, run_once: bool = False, webserver: bool | None = None) -> None:
        """Run deployments when they are due until SIGTERM or Ctrl-C, then cancel the runs under way.

        Returns when these have ended, after STOP_SECONDS at the latest; `handle_sigterm` says what is killed. Call it
        in the main thread. `run_once` and `webserver` are those of Prefect's `Runner.start`, whose errors are raised.
        """
        loop, self._work = asyncio.get_running_loop(), asyncio.current_task()
        loop.add_signal_handler(signal.SIGINT, self.handle_sigterm)
        with suppress(asyncio.CancelledError):  # that is how a stop ends it
            await super().start(run_once=run_once, webserver=webserver)

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        """Begin to stop, and ignore further signals.

        Called by the system in the main thread, between any two instructions. What still runs after PATIENCE_SECONDS is
        killed.
        """
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        kill_what_is_left(PATIENCE_SECONDS)
        if self._work is not None:
            self._work.get_loop().call_soon_threadsafe(self._begin_stop)

    def _begin_stop(self) -> None:
        self._stop = asyncio.create_task(self._stop_in_order())

    async def _stop_in_order(self) -> None:
        self._logger.info("stopping")
        try:
            await asyncio.wait_for(self.astop(), STOP_SECONDS)
        except (TimeoutError, RuntimeError):  # no answer from the server; or it has not begun
            pass
        finally:
            if self._work is not None:
                self._work.cancel()


def kill_what_is_left(seconds: float) -> None:
    """Kill this process and its descendants (SIGKILL) if it still runs after so many seconds; return at once."""

    def wait_and_kill() -> None:
        time.sleep(seconds)
        for pid in [*descendants(os.getpid()), os.getpid()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    threading.Thread(target=wait_and_kill, name="end-of-patience", daemon=True).start()


def descendants(pid: int) -> list[int]:
    """Return the ids of the child processes of a process and of theirs; none where the system has no /proc."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            children[parent].append(int(entry.parent.name))
    found: list[int] = []
    asked = [pid]
    while asked:
        found += (new := children.pop(asked.pop(), []))
        asked += new
    return found
