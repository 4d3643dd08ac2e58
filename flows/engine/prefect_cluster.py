"""A task runner of Prefect in, what it runs tasks on as the nodes of a cluster out: each item is a task run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flows.engine.dask_cluster import DaskCluster
from flows.engine.remote import ClusterError, Future
from warehouse.errors import require

if TYPE_CHECKING:
    from prefect.futures import PrefectFuture, PrefectWrappedFuture
    from prefect.task_runners import TaskRunner

THREADS, PROCESSES, DASK = "prefect:threads", "prefect:processes", "prefect+dask://"


def call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a function: the body of every task."""
    return function(*arguments)


class _Future:
    """A future of Prefect with the `cancel` of what it stands for."""

    def __init__(self, future: PrefectWrappedFuture[Any, Any]) -> None:
        self._future = future

    def add_done_callback(self, fn: Callable[[Any], object], /) -> None:
        def pass_on(_: PrefectFuture[Any]) -> None:
            fn(self)

        self._future.add_done_callback(pass_on)

    def result(self) -> Any:
        return self._future.result()

    def cancel(self) -> object:
        return self._future.wrapped_future.cancel()


class _Tasks:
    """A started task runner, and the task that it runs."""

    def __init__(self, runner: TaskRunner[Any]) -> None:
        from prefect import task
        from prefect.cache_policies import NO_CACHE

        # our own engine tries again, and results are files
        self._task = task(name="clean-item", retries=0, persist_result=False, cache_policy=NO_CACHE)(call)
        self.runner = runner
        runner.__enter__()

    def submit(self, fn: Callable[..., Any], arguments: tuple[Any, ...]) -> Future:
        from prefect.settings import PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW, temporary_settings

        # outside a flow nobody collects the lines of a task: no need to warn of it for each item
        with temporary_settings({PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW: "ignore"}):
            return _Future(self.runner.submit(self._task, {"function": fn, "arguments": arguments}))

    def close(self) -> None:
        self.runner.__exit__(None, None, None)


class PoolCluster:
    """Threads or processes of this machine, whose task runner Prefect brings along."""

    def __init__(self, engine: str, workers: int) -> None:
        from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner

        kind = {THREADS: ThreadPoolTaskRunner, PROCESSES: ProcessPoolTaskRunner}[engine]
        self._workers = workers
        self._tasks = _Tasks(kind(max_workers=workers))

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
        """Run a call as a Prefect task in the pool; return its future."""
        return self._tasks.submit(fn, args)

    def slots(self) -> int:
        """Return how many calls the pool runs at once."""
        return self._workers

    def on_every_node(self, fn: Callable[..., Any], /, *args: Any) -> Mapping[str, Any]:
        """Call a function once, in this process, since the pool is on this machine; return {"this machine": result}."""
        return {"this machine": fn(*args)}

    def close(self) -> None:
        """Close the pool."""
        self._tasks.close()


class DaskRunnerCluster(DaskCluster):
    """The workers of a Dask cluster behind the task runner of prefect-dask."""

    def __init__(self, address: str) -> None:
        require("prefect_dask", wanted=f"engine {DASK}", extra="dask")
        super().__init__(address.removeprefix("prefect+"))  # says in one line where nobody answers
        super().close()
        from prefect_dask import DaskTaskRunner

        self._tasks = _Tasks(DaskTaskRunner(address=address.replace("prefect+dask", "tcp", 1)))
        self._client = self._tasks.runner.client  # type: ignore[attr-defined]

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
        """Run a call on a Dask worker as a Prefect task; return its future."""
        return self._tasks.submit(fn, args)

    def close(self) -> None:
        """Close the task runner and the connection to the cluster."""
        self._tasks.close()


def cluster_of(engine: str, workers: int) -> PoolCluster | DaskRunnerCluster:
    """Return the cluster that a setting such as `prefect:threads` names; the caller closes it.

    Raises ClusterError where Prefect has no server to show task runs at, or no scheduler answers; MissingExtra where
    prefect-dask is not installed.
    """
    from prefect.settings import PREFECT_API_URL

    if not PREFECT_API_URL.value():
        raise ClusterError(
            f"engine {engine} shows each item as a task run: set PREFECT_API_URL to a Prefect server"
        )
    return DaskRunnerCluster(engine) if engine.startswith(DASK) else PoolCluster(engine, workers)
