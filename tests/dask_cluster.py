"""A real Dask scheduler with worker processes on loopback, for tests; each can be killed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.object_store import free_ports

ROOT = Path(__file__).parents[1]


class Cluster:
    """One scheduler and its workers, each a process with one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (self.port,) = free_ports(1)
        self.address = f"dask://127.0.0.1:{self.port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, workers: int = 2) -> None:
        self.scheduler = self._run(
            "dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show"
        )
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                break
            time.sleep(0.1)
        for _ in range(workers):
            self.add_worker()

    def add_worker(self, **environment: str) -> None:
        self.workers.append(
            self._run(
                "dask_worker", f"tcp://127.0.0.1:{self.port}", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
                "--no-dashboard", "--memory-limit", "0", "--death-timeout", "60", **environment,
            )
        )  # fmt: skip

    def stop(self) -> None:
        for process in [*self.workers, *filter(None, [self.scheduler])]:
            process.kill()
            process.wait()
        self.workers, self.scheduler = [], None

    def _run(self, program: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", f"distributed.cli.{program}", *arguments],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            )


@contextlib.contextmanager
def running_cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Run a scheduler with workers; skips the test where Dask is not installed."""
    pytest.importorskip("distributed", reason="no Dask: newsfold[dask] is not installed")
    cluster = Cluster(folder)
    try:
        cluster.start(workers)
        yield cluster
    finally:
        cluster.stop()
